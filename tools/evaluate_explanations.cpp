#include <iostream>

#include "tools/program.h"

int main(int argc, char** argv) { return wherefore::RunEvaluateExplanations(argc, argv, std::cout, std::cerr); }
