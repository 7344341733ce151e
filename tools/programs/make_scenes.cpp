#include <iostream>

#include "tools/programs/program.h"

int main(int argc, char** argv) { return wherefore::RunMakeScenes(argc, argv, std::cout, std::cerr); }
