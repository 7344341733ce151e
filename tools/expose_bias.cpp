#include <iostream>

#include "tools/program.h"

int main(int argc, char** argv) { return wherefore::RunExposeBias(argc, argv, std::cout, std::cerr); }
