#pragma once

#include <memory>

#include "models/convolutional/trunk.h"

namespace wherefore {

// One maker a family; which member of it is options.type.

/// Krizhevsky 2014, "One weird trick for parallelizing convolutional neural networks".
std::shared_ptr<Trunk> MakeAlexNet(const TrunkOptions& options);

/// Simonyan and Zisserman 2015, configurations A, B, D, E, with and without batch normalisation.
std::shared_ptr<Trunk> MakeVgg(const TrunkOptions& options);

/// Szegedy et al. 2015, without auxiliary heads.
std::shared_ptr<Trunk> MakeGoogLeNet(const TrunkOptions& options);

/// He et al. 2016; ResNeXt, Xie et al. 2017; Wide ResNet, Zagoruyko and Komodakis 2016.
std::shared_ptr<Trunk> MakeResNet(const TrunkOptions& options);

/// Iandola et al. 2016.
std::shared_ptr<Trunk> MakeSqueezeNet(const TrunkOptions& options);

/// Huang et al. 2017.
std::shared_ptr<Trunk> MakeDenseNet(const TrunkOptions& options);

/// Sandler et al. 2018.
std::shared_ptr<Trunk> MakeMobileNetV2(const TrunkOptions& options);

}  // namespace wherefore
