# wherefore_embed_text(TARGET file NAME symbol): compiles a text file into the target as
# `extern const char* const wherefore::<symbol>`. In pieces: compilers limit the length of one literal.
function(wherefore_embed_text target file symbol)
  set(output ${CMAKE_CURRENT_BINARY_DIR}/${symbol}.cpp)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  file(READ ${file} text)
  string(LENGTH "${text}" length)
  set(literal "")
  set(at 0)
  while(at LESS length)
    string(SUBSTRING "${text}" ${at} 8000 piece)
    string(APPEND literal "R\"@@(${piece})@@\"\n")
    math(EXPR at "${at} + 8000")
  endwhile()
  file(CONFIGURE OUTPUT ${output} CONTENT
    "namespace wherefore {\nextern const char* const ${symbol};\nconst char* const ${symbol} =\n${literal};\n}\n" @ONLY)
  target_sources(${target} PRIVATE ${output})
endfunction()
