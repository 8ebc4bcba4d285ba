# HiddenOpenSSL::SSL: OpenSSL's static libraries, whose symbols no other library of the process sees, nor takes its own
# for. For programs that load another OpenSSL: libparquet of the pyarrow wheel exports one of a newer version.
find_path(HiddenOpenSSL_INCLUDE_DIR openssl/ssl.h)
find_library(HiddenOpenSSL_SSL libssl.a)
find_library(HiddenOpenSSL_CRYPTO libcrypto.a)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(HiddenOpenSSL REQUIRED_VARS HiddenOpenSSL_SSL HiddenOpenSSL_CRYPTO HiddenOpenSSL_INCLUDE_DIR)
if(HiddenOpenSSL_FOUND AND NOT TARGET HiddenOpenSSL::SSL)
  add_library(HiddenOpenSSL::SSL INTERFACE IMPORTED)
  set_target_properties(HiddenOpenSSL::SSL PROPERTIES
    INTERFACE_INCLUDE_DIRECTORIES "${HiddenOpenSSL_INCLUDE_DIR}"
    INTERFACE_LINK_LIBRARIES "${HiddenOpenSSL_SSL};${HiddenOpenSSL_CRYPTO};${CMAKE_DL_LIBS}"
    INTERFACE_LINK_OPTIONS "LINKER:--exclude-libs,libssl.a:libcrypto.a")
endif()
