# Arrow C++ from the `pyarrow` wheel of the interpreter in Python3_EXECUTABLE: targets Arrow::arrow and Arrow::parquet.
# The wheel has versioned libraries only (libarrow.so.2600) and no CMake package of its own.
if(NOT ArrowWheel_DIR)
  execute_process(
    COMMAND "${Python3_EXECUTABLE}" -c
            "import importlib.util, os; print(os.path.dirname(importlib.util.find_spec('pyarrow').origin), end='')"
    OUTPUT_VARIABLE ArrowWheel_found RESULT_VARIABLE ArrowWheel_status ERROR_QUIET)
  if(ArrowWheel_status EQUAL 0)
    set(ArrowWheel_DIR "${ArrowWheel_found}" CACHE PATH "The pyarrow package's folder")
  endif()
endif()

set(ArrowWheel_SO_VERSION "")
if(EXISTS "${ArrowWheel_DIR}/include/arrow/util/config.h")
  file(STRINGS "${ArrowWheel_DIR}/include/arrow/util/config.h" ArrowWheel_config REGEX "ARROW_(VERSION_STRING|SO_VERSION) ")
  string(REGEX REPLACE ".*ARROW_VERSION_STRING \"([^\"]+)\".*" "\\1" ArrowWheel_VERSION "${ArrowWheel_config}")
  string(REGEX REPLACE ".*ARROW_SO_VERSION \"([^\"]+)\".*" "\\1" ArrowWheel_SO_VERSION "${ArrowWheel_config}")
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(ArrowWheel REQUIRED_VARS ArrowWheel_DIR ArrowWheel_SO_VERSION VERSION_VAR ArrowWheel_VERSION)

if(ArrowWheel_FOUND)
  foreach(library arrow parquet)
    if(NOT TARGET Arrow::${library})
      set(file "lib${library}.so.${ArrowWheel_SO_VERSION}")
      add_library(Arrow::${library} SHARED IMPORTED)
      set_target_properties(Arrow::${library} PROPERTIES
        IMPORTED_LOCATION "${ArrowWheel_DIR}/${file}" IMPORTED_SONAME "${file}"
        INTERFACE_INCLUDE_DIRECTORIES "${ArrowWheel_DIR}/include")
    endif()
  endforeach()
  set_property(TARGET Arrow::parquet PROPERTY INTERFACE_LINK_LIBRARIES Arrow::arrow)
endif()
