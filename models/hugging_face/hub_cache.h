#pragma once

#include <string>

namespace wherefore {

/// The directory of a model that is named by its path or, where there is nothing of that path, by its repository on the
/// Hugging Face hub ("Salesforce/blip-image-captioning-base"): the snapshot that the hub's cache has of its branch
/// main. The cache is where HF_HUB_CACHE says, else "hub" in HF_HOME, else in ~/.cache/huggingface. A name that is no
/// repository's is returned as it is. Throws Error(kBadFile) for a repository that is not there, with the command that
/// downloads it.
std::string ModelDirectoryOf(const std::string& name);

}  // namespace wherefore
