// The reading of statements for what may be sent twice: any text, and texts that are grown around words that matter. A
// comment, wherever it stands between words, changes nothing.
#include <string>

#include "cql/idempotence.hpp"
#include "fuzzing.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(cql::as_text(cql::fuzzing::bytes_of(data, size)));
  const bool read = cql::is_read(text);
  const bool repeatable = cql::is_safely_repeatable(text);
  cql::fuzzing::check(cql::is_read(" /* a */ " + text) == read);
  cql::fuzzing::check(cql::is_safely_repeatable("-- now()\n" + text) == repeatable);
  return 0;
}
