// `cqlbulk --version` and nothing else, answered before the shared libraries begin: their constructors (Arrow's above
// all) and putting together the command line take twice as long as all that comes before.
//
// The loader calls what stands in a program's .preinit_array when everything is loaded, and before any constructor
// (System V gABI, "Initialization and Termination Functions"). So nothing but the C library may be used here. Whatever
// else is asked, main.cpp answers, `--version` beside other arguments too.
#include <unistd.h>

#include <cstring>

// Sanitizers prepare themselves at the same place, and nothing they look after may run before.
#if !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer)

namespace {

void answer_version(int argc, char** argv, char** /*environment*/) {
  if (argc != 2 || std::strcmp(argv[1], "--version") != 0) return;
  constexpr const char* version = "cqlbulk " CQLBULK_VERSION "\n";
  const auto size = static_cast<ssize_t>(std::strlen(version));
  if (::write(STDOUT_FILENO, version, static_cast<std::size_t>(size)) == size) ::_exit(0);
}

[[gnu::section(".preinit_array"), gnu::used]] void (*const before_constructors)(int, char**, char**) = answer_version;

}  // namespace

#endif
