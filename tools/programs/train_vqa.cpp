#include <iostream>

#include "tools/training/train_program.h"

int main(int argc, char** argv) { return wherefore::RunTrainVqa(argc, argv, std::cout, std::cerr); }
