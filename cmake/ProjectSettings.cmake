# Compiler settings that hold for every target of the project, and the functions that make targets uniform.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CCACHE_PROGRAM}")
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  add_link_options(-fuse-ld=lld)
endif()

# One of: "" (none), "address" (address and undefined behaviour), "thread".
set(CQLBULK_SANITIZE "" CACHE STRING "Sanitizers to build with")
if(CQLBULK_SANITIZE STREQUAL "address")
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
elseif(CQLBULK_SANITIZE STREQUAL "thread")
  add_compile_options(-fsanitize=thread -fno-omit-frame-pointer)
  add_link_options(-fsanitize=thread)
elseif(NOT CQLBULK_SANITIZE STREQUAL "")
  message(FATAL_ERROR "CQLBULK_SANITIZE is \"${CQLBULK_SANITIZE}\"; it may be empty, address or thread")
endif()
# Programs that no test runs under a sanitizer are built there only when they are named:
# cmake --build build/asan --target cqlbulk_tool
set(on_demand "")
if(CQLBULK_SANITIZE)
  set(on_demand EXCLUDE_FROM_ALL)
endif()
if(CQLBULK_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

# What tests reach of the conversions of values is measured in the build with sanitizers (scripts/coverage.py).
if(CQLBULK_SANITIZE STREQUAL "address" AND CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # Files are named as the command names them: what the compiler's cache has from another folder is as good as new.
  set(coverage_options -fprofile-instr-generate=/dev/null -fcoverage-mapping -fcoverage-compilation-dir=.)
  add_link_options(-fprofile-instr-generate)
endif()

# Counters in a target's code. Programs write them where LLVM_PROFILE_FILE says, otherwise nowhere.
function(cqlbulk_measure_coverage target)
  target_compile_options(${target} PRIVATE ${coverage_options})
endfunction()

function(cqlbulk_warnings target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wnon-virtual-dtor
                                           -Wold-style-cast -Woverloaded-virtual -Werror)
endfunction()

# One folder of a library: an object library, so that a change there rebuilds only it.
# cqlbulk_layer(<target> <files>... [DEPENDS <targets>...])
function(cqlbulk_layer target)
  cmake_parse_arguments(A "" "" "DEPENDS" ${ARGN})
  add_library(${target} OBJECT ${A_UNPARSED_ARGUMENTS})
  target_link_libraries(${target} PUBLIC ${A_DEPENDS})
  cqlbulk_warnings(${target})
endfunction()

# A program of GoogleTest cases, run whole: starting a sanitised process costs more than most cases.
# THREADS <filter>: the cases in which threads meet; they alone run under the thread sanitizer.
# SHARDS <n>: run as so many programs at once, for cases that mostly wait.
function(cqlbulk_test_program target label timeout)
  cmake_parse_arguments(A "" "THREADS;SHARDS" "DEPENDS" ${ARGN})
  add_executable(${target} ${A_UNPARSED_ARGUMENTS})
  target_link_libraries(${target} PRIVATE ${A_DEPENDS} GTest::gmock GTest::gtest_main)
  cqlbulk_warnings(${target})
  set(filter "")
  if(CQLBULK_SANITIZE STREQUAL "thread")
    if(NOT A_THREADS)
      return()
    endif()
    set(label threads)
    set(filter "--gtest_filter=${A_THREADS}")
    if(NOT TARGET threaded_tests)
      add_custom_target(threaded_tests)
    endif()
    add_dependencies(threaded_tests ${target})
  endif()
  if(NOT A_SHARDS)
    set(A_SHARDS 1)
  endif()
  math(EXPR last_shard "${A_SHARDS} - 1")
  foreach(shard RANGE ${last_shard})
    set(name ${target})
    if(A_SHARDS GREATER 1)
      string(APPEND name "_${shard}")
    endif()
    # scripts/test.py counts the cases in the report.
    add_test(NAME ${name} COMMAND ${target} ${filter} "--gtest_output=xml:${CMAKE_BINARY_DIR}/reports/${label}/${name}.xml")
    set_tests_properties(${name} PROPERTIES LABELS ${label} TIMEOUT ${timeout}
      ENVIRONMENT "GTEST_TOTAL_SHARDS=${A_SHARDS};GTEST_SHARD_INDEX=${shard}")
  endforeach()
endfunction()

# No network but loopback's scripted server; seconds.
function(cqlbulk_unit_test target)
  cqlbulk_test_program(${target} unit 300 ${ARGN})
endfunction()

# On the testbed's ring of three, whose first address is in CQLBULK_TEST_HOST.
function(cqlbulk_integration_test target)
  cqlbulk_test_program(${target} integration 900 ${ARGN})
endfunction()

# Minutes, on the ring of three or on rings that it starts itself: only with ./dev test --long.
function(cqlbulk_long_test target)
  cqlbulk_test_program(${target} long 3600 ${ARGN})
endfunction()

# The corpus lies beside the source: <source without .cpp>.corpus/ (optional).
function(cqlbulk_fuzz_target target source)
  cmake_parse_arguments(A "" "" "DEPENDS" ${ARGN})
  add_executable(${target} ${source})
  target_link_libraries(${target} PRIVATE ${A_DEPENDS})
  target_link_options(${target} PRIVATE -fsanitize=fuzzer)
  cqlbulk_warnings(${target})
  # What the fuzzer finds goes to the build folder, the first it is given; the corpus is only read.
  cmake_path(ABSOLUTE_PATH source OUTPUT_VARIABLE corpus)
  cmake_path(REPLACE_EXTENSION corpus LAST_ONLY corpus)
  set(corpora "")
  if(IS_DIRECTORY "${corpus}")
    file(MAKE_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}/${target}.found")
    set(corpora "${CMAKE_CURRENT_BINARY_DIR}/${target}.found" "${corpus}")
  endif()
  add_test(NAME ${target} COMMAND ${target} ${corpora} -max_total_time=3 -rss_limit_mb=1024 -timeout=20 -print_final_stats=0)
  set_tests_properties(${target} PROPERTIES LABELS fuzz TIMEOUT 120)
endfunction()
