# Finds SentencePiece as a static library and defines SentencePiece::SentencePiece.
#
# Static, because the shared library of Debian and Ubuntu exports its own copy of protobuf-lite, which takes the
# place of the one that LibTorch loads: the program crashes before main. --exclude-libs keeps that copy's symbols
# out of the dynamic symbol table of every program and shared library that links us.
#
# SentencePiece_ROOT (or the environment variable of that name) says where it was installed;
# tools/setup.sh installs it in .deps/sentencepiece of the source tree.
find_path(SentencePiece_INCLUDE_DIR sentencepiece_processor.h
  HINTS ${PROJECT_SOURCE_DIR}/.deps/sentencepiece PATH_SUFFIXES include)
find_library(SentencePiece_LIBRARY NAMES libsentencepiece.a
  HINTS ${PROJECT_SOURCE_DIR}/.deps/sentencepiece PATH_SUFFIXES lib)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(SentencePiece
  REQUIRED_VARS SentencePiece_LIBRARY SentencePiece_INCLUDE_DIR
  REASON_FAILURE_MESSAGE "The static library libsentencepiece.a is needed: run tools/setup.sh, or build \
SentencePiece with -DSPM_ENABLE_SHARED=OFF and pass -DSentencePiece_ROOT=<its install prefix>.")

if(SentencePiece_FOUND AND NOT TARGET SentencePiece::SentencePiece)
  find_package(Threads REQUIRED)
  add_library(SentencePiece::SentencePiece STATIC IMPORTED)
  set_target_properties(SentencePiece::SentencePiece PROPERTIES
    IMPORTED_LOCATION ${SentencePiece_LIBRARY}
    INTERFACE_INCLUDE_DIRECTORIES ${SentencePiece_INCLUDE_DIR}
    INTERFACE_LINK_LIBRARIES Threads::Threads
    INTERFACE_LINK_OPTIONS "LINKER:--exclude-libs,libsentencepiece.a")
endif()
mark_as_advanced(SentencePiece_INCLUDE_DIR SentencePiece_LIBRARY)
