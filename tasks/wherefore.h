#pragma once

// The library in one include.

#include "explain/explainer.h"
#include "explain/frozen_module.h"
#include "explain/maps.h"
#include "explain/methods/methods.h"
#include "models/convolutional/trunk.h"
#include "models/families.h"
#include "models/images/image_processor.h"
#include "neurons/importance.h"
#include "tasks/explain.h"
#include "tasks/name_channels.h"
