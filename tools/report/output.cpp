#include "tools/report/output.h"

#include <cctype>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <map>
#include <set>
#include <utility>

#include <ATen/ATen.h>
#include <fcntl.h>
#include <unistd.h>

#include "explain/error.h"
#include "tools/report/contact_sheet.h"
#include "tools/report/explanation_json.h"
#include "tools/report/npy.h"
#include "tools/report/picture.h"
#include "tools/report/staged_files.h"

namespace wherefore {
namespace {

namespace fs = std::filesystem;

std::string Numbered(std::size_t t, const std::string& text) {
  char number[32];
  std::snprintf(number, sizeof number, "%02zu", t + 1);
  const std::string name = FileNameOf(text);
  return std::string("overlay-") + number + (name.empty() ? "" : "-" + name) + ".png";
}

/// Whether Numbered() makes such names.
bool IsOverlay(const std::string& name) {
  const std::string begin = "overlay-";
  const std::string end = ".png";
  return name.size() >= begin.size() + 2 + end.size() && name.compare(0, begin.size(), begin) == 0 &&
         name.compare(name.size() - end.size(), end.size(), end) == 0 &&
         std::isdigit(static_cast<unsigned char>(name[begin.size()])) != 0 &&
         std::isdigit(static_cast<unsigned char>(name[begin.size() + 1])) != 0;
}

std::string LabelOf(const ExplainedTarget& target) {
  const auto& versus = VersusOf(target);
  if (IsPart(target, TextPart::kWhole) && versus.empty()) return "caption";
  return TextOf(target) + (versus.empty() ? "" : " not " + versus);
}

/// Files, in place of those of an earlier explanation.
void ReplaceFiles(const std::string& directory, const std::vector<std::pair<std::string, std::string>>& files) {
  WriteFiles(directory, files);
  std::map<fs::path, std::set<std::string>> written;  // by directory
  for (const auto& file : files) {
    const auto path = fs::path(directory) / file.first;
    written[path.parent_path()].insert(path.filename().string());
  }
  // Overlays of an earlier explanation would pass for this one's, and so would its maps.
  const auto is_ours = [](const std::string& name) {
    return IsOverlay(name) || name == "maps.npy" || name == "explanation.json";
  };
  std::error_code error;
  for (const auto& [place, names] : written) {
    for (const auto& entry : fs::directory_iterator(place, error)) {
      const std::string name = entry.path().filename().string();
      if (is_ours(name) && names.count(name) == 0) fs::remove(entry.path(), error);
    }
  }
}

/// The photograph, then what a reader sees first by each method.
std::vector<Tile> TilesByMethod(const std::vector<ExplainedPhotograph>& methods, const std::vector<Drawing>& drawings) {
  const std::size_t first = FirstTarget(methods.front().explanation);
  std::vector<Tile> tiles = {
      {LabelOf(methods.front().explanation.targets[first]), Shrunk(drawings.front().photograph, kTileSide)}};
  for (std::size_t method = 0; method < methods.size(); ++method) {
    tiles.push_back({methods[method].explanation.method, drawings[method].tiles[first]});
  }
  return tiles;
}

/// The photograph, then every target.
std::vector<Tile> TilesByTarget(const Explanation& explanation, const Drawing& drawing) {
  std::vector<Tile> tiles = {{"photograph", Shrunk(drawing.photograph, kTileSide)}};
  for (std::size_t t = 0; t < explanation.targets.size(); ++t) {
    const std::string label = LabelOf(explanation.targets[t]);
    tiles.push_back({label + (explanation.IsEmpty(t) ? " (nothing to show)" : ""), drawing.tiles[t]});
  }
  return tiles;
}

}  // namespace

std::string FileNameOf(const std::string& text) {
  std::string name;
  for (const unsigned char c : text) {
    if (std::isalnum(c) != 0 && c < 0x80) {
      name += static_cast<char>(c);
    } else if (!name.empty() && name.back() != '-') {
      name += '-';
    }
    if (name.size() >= 40) break;
  }
  while (!name.empty() && name.back() == '-') name.pop_back();
  return name;
}

std::vector<std::string> UniqueNames(const std::vector<std::string>& photographs) {
  std::vector<std::string> names;
  std::set<std::string> taken;
  for (const auto& photograph : photographs) {
    std::string name = FileNameOf(fs::path(photograph).stem().string());
    if (name.empty()) name = "photograph";
    std::string unique = name;
    for (int n = 2; !taken.insert(unique).second; ++n) unique = name + "-" + std::to_string(n);
    names.push_back(unique);
  }
  return names;
}

std::vector<std::pair<std::string, std::string>> ExplanationFiles(const ExplainedPhotograph& explained,
                                                                  const Drawing& drawing,
                                                                  const RenderOptions& options) {
  const auto& explanation = explained.explanation;
  std::vector<std::pair<std::string, std::string>> files;
  files.emplace_back("explanation.json", ExplanationJson(explained));
  files.emplace_back("maps.npy", NpyBytes(explanation.maps));
  for (std::size_t t = 0; t < drawing.overlays.size(); ++t) {
    files.emplace_back(Numbered(t, LabelOf(explanation.targets[t])), drawing.overlays[t]);
  }
  files.emplace_back("overview.png", EncodePng(ContactSheet(TilesByTarget(explanation, drawing), 4)));
  files.emplace_back("report.html", ReportHtml({explained}, {drawing}, options));
  return files;
}

void CheckOutputDirectory(const std::string& directory) {
  std::error_code error;
  fs::path place = fs::absolute(directory, error);
  while (!fs::exists(place, error) && place.has_relative_path()) place = place.parent_path();
  if (!fs::is_directory(place, error)) {
    ThrowBadFile("cannot write into '" + directory + "': '" + place.string() + "' is a file; name another directory");
  }
  if (::faccessat(AT_FDCWD, place.c_str(), W_OK | X_OK, AT_EACCESS) != 0) {
    ThrowBadFile("cannot write into '" + directory + "': " + std::generic_category().message(errno) + " in '" +
                 place.string() + "'; name another directory");
  }
}

void WriteFiles(const std::string& directory, const std::vector<std::pair<std::string, std::string>>& files) {
  StagedFiles staged(directory);
  for (const auto& [name, bytes] : files) staged.Add(name, bytes);
  staged.MoveIntoPlace();
}

void WriteExplanation(const std::string& directory, const std::vector<ExplainedPhotograph>& methods,
                      const RenderOptions& options) {
  std::vector<Drawing> drawings;
  for (const auto& explained : methods) drawings.push_back(Draw(explained, options));
  if (methods.size() == 1) {
    return ReplaceFiles(directory, ExplanationFiles(methods.front(), drawings.front(), options));
  }
  std::vector<std::pair<std::string, std::string>> files;
  for (std::size_t method = 0; method < methods.size(); ++method) {
    for (auto& [name, bytes] : ExplanationFiles(methods[method], drawings[method], options)) {
      files.emplace_back(methods[method].explanation.method + "/" + name, std::move(bytes));
    }
  }
  files.emplace_back("overview.png", EncodePng(ContactSheet(TilesByMethod(methods, drawings), 4)));
  files.emplace_back("report.html", ReportHtml(methods, drawings, options));
  ReplaceFiles(directory, files);
}

}  // namespace wherefore
