# CMake must refuse a folder that depends on one above it.
#   cmake -DSOURCE=... -DWORK=... -P cycle.cmake
file(REMOVE_RECURSE ${WORK})
file(WRITE ${WORK}/lower.cpp "int Lower() { return 1; }\n")
file(WRITE ${WORK}/CMakeLists.txt "cmake_minimum_required(VERSION 3.22)\nproject(Cycle LANGUAGES CXX)\n"
  "include(${SOURCE}/tools/cmake/WhereforeLayer.cmake)\n"
  "wherefore_layer(NAME explain SOURCES lower.cpp LAYERS tasks)\n"
  "wherefore_layer(NAME tasks SOURCES lower.cpp LAYERS explain)\n")
execute_process(COMMAND ${CMAKE_COMMAND} -S ${WORK} -B ${WORK}/build RESULT_VARIABLE code ERROR_VARIABLE output
  OUTPUT_QUIET)
if(code EQUAL 0 OR NOT output MATCHES "explain/ may not depend on tasks/")
  message(FATAL_ERROR "a cycle was accepted, or refused for another reason:\n${output}")
endif()
