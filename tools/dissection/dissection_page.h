#pragma once

#include <string>

#include "tools/dissection/dissect.h"

namespace wherefore {

/// One HTML file that needs nothing else: each channel with its name, its IoU, and the images that it responds to most
/// strongly, outlined where it fires; sorted and searchable; how many concepts of each category have a detector.
/// `model`: its name.
std::string DissectionHtml(const DissectedChannels& channels, const std::string& model);

}  // namespace wherefore
