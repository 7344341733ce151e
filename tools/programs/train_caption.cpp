#include <iostream>

#include "tools/training/train_program.h"

int main(int argc, char** argv) { return wherefore::RunTrainCaption(argc, argv, std::cout, std::cerr); }
