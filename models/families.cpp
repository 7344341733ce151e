#include "models/families.h"

#include <algorithm>
#include <filesystem>

#include "explain/error.h"
#include "models/blip/blip.h"
#include "models/clip/clip.h"
#include "models/convnext/convnext.h"
#include "models/device.h"
#include "models/files/files.h"
#include "models/files/object_reader.h"
#include "models/format1/kinds.h"
#include "models/git/git.h"
#include "models/hugging_face/hub_cache.h"
#include "models/hugging_face/hub_family.h"
#include "models/llava/llava.h"
#include "models/paligemma/paligemma.h"
#include "models/resnet/hub_resnet.h"
#include "models/vilt/vilt.h"
#include "models/vision_encoder_decoder/vision_encoder_decoder.h"
#include "models/vit/vit.h"

namespace wherefore {
namespace {

/// Says why no family reads the directory.
[[noreturn]] void ThrowNoFamily(const ModelFiles& files, const std::vector<Family>& families) {
  if (files.config.Find("format") != nullptr) CheckFormat1Type(files, families);
  RefuseHubDirectory(files, families);
  std::vector<std::string> names;
  for (const auto& family : families) names.push_back(family.name);
  const auto* type = files.config.Find("model_type");
  ThrowBadFile(files.config_path() + ": this is no model that can be read" +
               (type == nullptr ? " (it has neither the key 'format' nor 'model_type')"
                                : ": its key 'model_type' is " + Describe(*type)) +
               "; those that can be read are " + Listed(names));
}

const Family& FamilyOf(const ModelFiles& files, const std::vector<Family>& families) {
  const auto reads = [&](const Family& family) { return family.reads(files); };
  const auto found = std::find_if(families.begin(), families.end(), reads);
  if (found == families.end()) ThrowNoFamily(files, families);
  return *found;
}

}  // namespace

const std::vector<Family>& Families() {
  static const std::vector<Family> families = {
      Format1Family(ClassifierKind()),
      Format1Family(ShowAndTellKind()),
      Format1Family(ShowAttendAndTellKind()),
      Format1Family(UpDownKind()),
      Format1Family(AoaNetKind()),
      Format1Family(LstmQNormIKind()),
      Format1Family(FilmKind()),
      VitFamily(),
      HubResNetFamily(),
      ConvNextFamily(),
      ClipFamily(),
      BlipCaptionFamily(),
      BlipVqaFamily(),
      ViltFamily(),
      VisionEncoderDecoderFamily(),
      GitFamily(),
      PaliGemmaFamily(),
      LlavaFamily(),
  };
  return families;
}

std::string ModelFiles::PathOf(const std::string& file) const { return PathIn(directory, file); }

ModelFiles ReadModelFiles(const std::string& directory) {
  const std::string path = PathIn(directory, kConfigFile);
  std::error_code error;
  if (!std::filesystem::is_directory(directory, error)) {
    ThrowBadFile("no model directory '" + directory + "': " +
                 (std::filesystem::exists(directory, error) ? "it is a file" : "there is nothing of that name"));
  }
  if (!std::filesystem::exists(path, error)) ThrowNoConfig(directory);
  const std::string text = ReadFile(path);
  ModelFiles files = {directory, ParseJson(text.data(), text.size(), path)};
  const ObjectReader is_object(files.config, path);  // throws where it is none
  return files;
}

Model LoadModel(const std::string& name, const LoadOptions& options, const std::vector<Family>& families) {
  RequireDevice(options.device);
  const auto directory = ModelDirectoryOf(name);
  const auto files = ReadModelFiles(directory);
  const auto& family = FamilyOf(files, families);
  if (options.task) RequireTask(directory, family.tasks, *options.task);
  Model model = family.load(files, options);
  model.info.directory = directory;
  model.info.family = family.name;
  if (options.task) RequireTask(directory, model.info.tasks, *options.task);
  model.network->to(options.device);
  return model;
}

void SaveModel(const Model& model, const std::string& directory, const SaveOptions& options,
               const std::vector<Family>& families) {
  for (const auto& family : families) {
    if (family.save && family.save(model, directory, options)) return;
  }
  ThrowUsage("config.json has no network of the type of this one, so the model cannot be saved");
}

}  // namespace wherefore
