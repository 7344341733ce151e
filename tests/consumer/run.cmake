# Installs the build in a folder of its own, builds the consumer against it and runs it; then an installed program, which
# must find the model that was installed beside it.
#   cmake -DBUILD=... -DSOURCE=... -DWORK=... [-DARGS=...] -P run.cmake
function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE code OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(code)
    message(FATAL_ERROR "${ARGN} failed:\n${output}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

file(REMOVE_RECURSE ${WORK})
run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${WORK}/installed)
run(${CMAKE_COMMAND} -S ${SOURCE}/tests/consumer -B ${WORK}/build -G Ninja -DCMAKE_BUILD_TYPE=Release
  -DCMAKE_PREFIX_PATH=${WORK}/installed ${ARGS})
run(${CMAKE_COMMAND} --build ${WORK}/build)
run(${WORK}/build/consumer)
if(NOT output MATCHES "map \\[1, 7, 7\\], heat \\[1, 224, 224\\]")
  message(FATAL_ERROR "the consumer printed: ${output}")
endif()
message(STATUS "${output}")

set(model ${WORK}/installed/share/wherefore/models/scene-caption/config.json)
if(EXISTS ${WORK}/installed/bin/explain-caption)
  file(READ ${model} config)
  string(REPLACE "\"scene-caption\"" "\"as installed\"" config "${config}")
  file(WRITE ${model} "${config}")
  run(${WORK}/installed/bin/make-scenes --count 1 --seed 1 --out ${WORK}/scenes)
  file(GLOB photographs ${WORK}/scenes/images/*)
  run(${WORK}/installed/bin/explain-caption ${photographs} --json)
  if(NOT output MATCHES "\"as installed\"")
    message(FATAL_ERROR "the installed explain-caption did not find the installed model:\n${output}")
  endif()
endif()
