#include "cql/request_event.hpp"

namespace cql {

const char* to_string(RequestEvent::Kind kind) {
  switch (kind) {
    case RequestEvent::Kind::query:
      return "query";
    case RequestEvent::Kind::execute:
      return "execute";
    case RequestEvent::Kind::batch:
      return "batch";
    case RequestEvent::Kind::prepare:
      return "prepare";
  }
  return "unknown";
}

}  // namespace cql
