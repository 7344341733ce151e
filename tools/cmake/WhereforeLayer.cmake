# wherefore_layer(NAME folder SOURCES ... PUBLIC ... PRIVATE ... LAYERS ...)
# One library target a folder. LAYERS names the folders below that this one may include; one that is not
# defined yet would be a cycle and is refused.
function(wherefore_layer)
  cmake_parse_arguments(ARG "" "NAME" "SOURCES;HEADERS;PUBLIC;PRIVATE;LAYERS" ${ARGN})
  set(target wherefore_${ARG_NAME})
  foreach(layer IN LISTS ARG_LAYERS)
    if(NOT TARGET wherefore_${layer})
      message(FATAL_ERROR "${ARG_NAME}/ may not depend on ${layer}/: the layers below it are made first "
        "(explain <- models, neurons <- tasks <- tools). Move the code, not the order.")
    endif()
  endforeach()
  add_library(${target} ${ARG_SOURCES} ${ARG_HEADERS})
  add_library(wherefore::${ARG_NAME} ALIAS ${target})
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${ARG_NAME} POSITION_INDEPENDENT_CODE ON
    UNITY_BUILD ${WHEREFORE_UNITY_BUILD} UNITY_BUILD_BATCH_SIZE 6)
  target_include_directories(${target} PUBLIC
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/wherefore>)
  list(TRANSFORM ARG_LAYERS PREPEND wherefore_)
  target_link_libraries(${target} PUBLIC ${ARG_LAYERS} ${ARG_PUBLIC} PRIVATE ${ARG_PRIVATE})
  wherefore_compile_options(${target})
  wherefore_precompile_headers(${target})
endfunction()

# LibTorch's headers take most of a build: they are parsed once, with the first library, for all.
function(wherefore_precompile_headers target)
  if(NOT WHEREFORE_PRECOMPILE_HEADERS)
    return()
  endif()
  if(TARGET wherefore_explain AND NOT target STREQUAL "wherefore_explain")
    target_precompile_headers(${target} REUSE_FROM wherefore_explain)
  else()
    target_precompile_headers(${target} PRIVATE <algorithm> <functional> <map> <memory> <string> <vector> <ATen/ATen.h>
      <torch/csrc/autograd/autograd.h> <torch/nn/module.h> <torch/nn/modules/batchnorm.h> <torch/nn/modules/conv.h>
      <torch/nn/modules/embedding.h> <torch/nn/modules/linear.h> <torch/nn/modules/rnn.h>)
  endif()
endfunction()

# What every target of ours is compiled with; nothing is set globally.
function(wherefore_compile_options target)
  target_compile_features(${target} PUBLIC cxx_std_17)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor)
  # Later g++ takes strings, and the vector<bool> that LibTorch's Function::apply fills, for too short; they are not.
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_GREATER_EQUAL 13)
    target_compile_options(${target} PRIVATE -Wno-array-bounds -Wno-stringop-overflow)
  endif()
  if(WHEREFORE_WARNINGS_AS_ERRORS)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
  if(WHEREFORE_SANITIZE)
    target_compile_options(${target} PUBLIC -fsanitize=${WHEREFORE_SANITIZE} -fno-omit-frame-pointer
      -fno-sanitize-recover=all -g)
    target_link_options(${target} PUBLIC -fsanitize=${WHEREFORE_SANITIZE})
  endif()
endfunction()
