#include <iostream>

#include "tools/program.h"

int main(int argc, char** argv) { return wherefore::RunEvaluateSentences(argc, argv, std::cout, std::cerr); }
