#include "cqlbulk/inspect.hpp"
namespace cqlbulk {
std::string inspect(const InspectOptions&) { return "not yet\n"; }
}  // namespace cqlbulk
