#pragma once

// The library in one include.

#include "explain/explainer.h"
#include "explain/frozen_module.h"
#include "explain/maps.h"
#include "explain/methods/methods.h"
#include "models/model_directory.h"
#include "neurons/importance.h"
#include "tasks/captioning.h"
#include "tasks/classification.h"
#include "tasks/name_channels.h"
#include "tasks/vqa.h"
