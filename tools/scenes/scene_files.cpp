#include "tools/scenes/scene_files.h"

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <filesystem>
#include <ostream>

#include <ATen/ATen.h>
#include <nlohmann/json.hpp>

#include "explain/error.h"
#include "models/files/files.h"
#include "models/files/object_reader.h"
#include "tools/command_line/version.h"
#include "tools/report/output.h"
#include "tools/report/picture.h"
#include "tools/scenes/captions.h"
#include "tools/scenes/questions.h"

namespace wherefore {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr int64_t kMostScenes = 1000000;  // six digits

void CheckRange(const char* option, int64_t value, int64_t least, int64_t most) {
  if (value >= least && value <= most) return;
  ThrowUsage(std::string("--") + option + " must be " + std::to_string(least) + " to " + std::to_string(most) +
             ", not " + std::to_string(value));
}

std::string NumberedName(int64_t number) {
  char name[32];
  std::snprintf(name, sizeof name, "%06lld.png", static_cast<long long>(number));
  return name;
}

/// The number of a file that NumberedName() names; -1 for others.
int64_t NumberIn(const std::string& name) {
  const std::string digits = name.substr(0, 6);
  const bool ours = name.size() == 10 && name.compare(6, 4, ".png") == 0 &&
                    std::all_of(digits.begin(), digits.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
  return ours ? std::stoll(digits) : -1;
}

/// Pictures of an earlier set, of more scenes, would pass for this one's.
void RemoveFrom(int64_t first, const fs::path& directory) {
  std::error_code ignored;
  std::vector<fs::path> old;
  for (const auto& entry : fs::directory_iterator(directory, ignored)) {
    if (NumberIn(entry.path().filename().string()) >= first) old.push_back(entry.path());
  }
  for (const auto& file : old) fs::remove(file, ignored);
}

Json ObjectJson(const SceneObject& object) {
  Json json;
  for (const auto attribute : kAttributes) {
    json[NameOf(attribute)] = ValuesOf(attribute)[static_cast<std::size_t>(object.Of(attribute))];
  }
  json["box"] = {object.box.left, object.box.top, object.box.width, object.box.height};
  json["centre"] = {object.x, object.y};
  json["radius"] = object.radius;
  json["angle"] = object.angle;
  json["visible"] = object.visible;
  return json;
}

Json RelationsJson(const Scene& scene) {
  auto list = Json::array();
  for (const auto relation : kRelations) {
    for (std::size_t object = 0; object < scene.objects.size(); ++object) {
      for (std::size_t other = 0; other < scene.objects.size(); ++other) {
        if (object == other || !Holds(relation, scene, object, other)) continue;
        list.push_back({{"object", object}, {"relation", NameOf(relation)}, {"other", other}});
      }
    }
  }
  return list;
}

Json CaptionJson(const SceneCaption& caption) {
  auto words = Json::array();
  for (const auto& word : caption.words) {
    Json json = {{"text", word.text}, {"part", NameOf(word.part)}};
    if (word.attribute) json["attribute"] = NameOf(*word.attribute);
    json["objects"] = word.objects;
    words.push_back(json);
  }
  return {{"text", caption.Text()}, {"words", words}};
}

Json QuestionJson(const SceneQuestion& question) {
  return {{"family", NameOf(question.family)}, {"kind", question.kind},     {"text", question.Text()},
          {"words", question.words},           {"answer", question.answer}, {"objects", question.objects},
          {"referents", question.referents}};
}

/// Captions and questions have random numbers of their own: a change of theirs leaves the pictures as they are.
void AddTexts(const Scene& scene, const SceneFilesRequest& request, Json* json) {
  Random random(SceneSeed(scene.seed, 0));
  auto& captions = (*json)["captions"] = Json::array();
  for (int i = 0; i < request.captions; ++i) captions.push_back(CaptionJson(MakeCaption(scene, random)));
  auto& questions = (*json)["questions"] = Json::array();
  for (const auto& question : MakeQuestions(scene, random, request.questions)) {
    questions.push_back(QuestionJson(question));
  }
}

Json SceneJson(const Scene& scene, const std::string& name, const SceneFilesRequest& request) {
  Json json;
  json["seed"] = std::to_string(scene.seed);  // a string: many readers of JSON keep 53 bits of a number
  json["picture"] = "images/" + name;
  json["mask"] = "masks/" + name;
  json["size"] = {scene.picture.size(1), scene.picture.size(0)};
  json["objects"] = Json::array();
  for (const auto& object : scene.objects) json["objects"].push_back(ObjectJson(object));
  json["relations"] = RelationsJson(scene);
  json["occlusions"] = scene.occlusions;
  AddTexts(scene, request, &json);
  return json;
}

/// All but the scenes.
Json HeadJson(const SceneFilesRequest& request) {
  return {{"format", kScenesFormat},
          {"wherefore", kVersion},
          {"options",
           {{"count", request.count},
            {"seed", request.seed},
            {"size", request.options.size},
            {"min_objects", request.options.min_objects},
            {"max_objects", request.options.max_objects},
            {"captions", request.captions},
            {"questions", request.questions}}},
          {"answers", Answers()}};
}

/// The directory as it is before the first scene. An earlier scenes.json goes first: it would describe other pictures
/// if this run were broken off.
void Prepare(const SceneFilesRequest& request) {
  const fs::path out(request.out);
  std::error_code error;
  MakeDirectory(out.string());
  if (!fs::is_directory(out / kScenesFile, error)) fs::remove(out / kScenesFile, error);
  if (error) ThrowBadFile("cannot remove '" + (out / kScenesFile).string() + "': " + error.message());
  for (const char* folder : {"images", "masks"}) {
    MakeDirectory((out / folder).string());
    RemoveFrom(request.count, out / folder);
  }
}

}  // namespace

void CheckRequest(const SceneFilesRequest& request) {
  CheckRange("count", request.count, 1, kMostScenes);
  CheckRange("seed", request.seed, 0, INT64_MAX);
  CheckRange("captions", request.captions, 0, 100);
  CheckRange("questions", request.questions, 0, 100);
  CheckSceneOptions(request.options);
}

void WriteSceneFiles(const SceneFilesRequest& request, std::ostream& err) {
  CheckRequest(request);
  Prepare(request);
  const fs::path out(request.out);
  std::string lines;  // a scene a line: files that can be read and compared
  for (int64_t i = 0; i < request.count; ++i) {
    const auto seed = SceneSeed(static_cast<std::uint64_t>(request.seed), static_cast<std::uint64_t>(i));
    const auto scene = MakeScene(seed, request.options);
    const auto name = NumberedName(i);
    WriteFileWhole((out / "images" / name).string(), EncodePng(scene.picture));
    WriteFileWhole((out / "masks" / name).string(), EncodeGreyPng(scene.mask));
    lines += (i == 0 ? "\n" : ",\n") + SceneJson(scene, name, request).dump();
    if ((i + 1) % 1000 == 0) err << i + 1 << " of " << request.count << " scenes" << std::endl;
  }
  std::string head = HeadJson(request).dump();
  head.pop_back();  // its closing brace: the scenes come before
  WriteFileWhole((out / kScenesFile).string(), head + ",\n\"scenes\":[" + lines + "\n]}\n");
}

SceneObject ReadSceneObject(const ObjectReader& reader) {
  SceneObject object;
  for (const auto attribute : kAttributes) {
    const auto& values = ValuesOf(attribute);
    const auto value = reader.Choice(NameOf(attribute), values);
    object.look[static_cast<std::size_t>(attribute)] =
        static_cast<int>(std::find(values.begin(), values.end(), value) - values.begin());
  }
  constexpr double kLargest = 1e6;
  const auto centre = reader.Numbers("centre", 2, -kLargest, kLargest);
  object.x = centre[0];
  object.y = centre[1];
  return object;
}

}  // namespace wherefore
