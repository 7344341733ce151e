#pragma once

#include "models/convolutional/trunk.h"

namespace wherefore {

/// Random weights as torchvision starts this network's training (its 0.14, from LibTorch's default generator), and
/// fresh batch normalisation statistics. MakeTrunk() does not do it: most trunks are made for weights to be loaded
/// over, and for VGG-16 it takes as long again as making it.
void InitialiseWeights(Trunk& trunk);

}  // namespace wherefore
