#include "tools/report/output.h"

#include <algorithm>
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
#include "models/files/files.h"
#include "tools/report/contact_sheet.h"
#include "tools/report/explanation_json.h"
#include "tools/report/npy.h"
#include "tools/report/overlay.h"
#include "tools/report/picture.h"

namespace wherefore {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kTileSide = 300;  // pixels

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
  if (target.kind == "caption") return "caption";
  return target.versus.empty() ? target.text : target.text + " not " + target.versus;
}

/// The files of one WriteFiles(): at the end all are in place, or all is as it was before.
class Staged {
 public:
  explicit Staged(std::string directory) : directory_(std::move(directory)) {}
  ~Staged() {
    std::error_code ignored;
    for (auto file = files_.rbegin(); !is_done_ && file != files_.rend(); ++file) {
      if (file->is_moved && !file->had_earlier) fs::remove(file->place, ignored);
      if (!file->had_earlier) continue;
      fs::rename(file->earlier, file->place, ignored);
      if (!ignored) fs::remove(file->earlier, ignored);  // which is still there where it is a link to the same file
    }
    for (const auto& file : files_) {
      fs::remove(file.temporary, ignored);
      if (is_done_ && file.had_earlier) fs::remove(file.earlier, ignored);
    }
    for (auto made = made_.rbegin(); !is_done_ && made != made_.rend(); ++made) fs::remove(*made, ignored);
  }
  Staged(const Staged&) = delete;
  Staged& operator=(const Staged&) = delete;

  void Add(const std::string& name, const std::string& bytes) {
    File file;
    file.place = fs::path(directory_) / name;
    const auto beside = [&](const char* end) {
      return file.place.parent_path() / ("." + file.place.filename().string() + "." + std::to_string(::getpid()) + end);
    };
    file.temporary = beside(".new");
    file.earlier = beside(".old");
    Make(file.place.parent_path());
    files_.push_back(file);
    WriteFileWhole(file.temporary.string(), bytes);
  }

  void MoveIntoPlace() {
    for (const auto& file : files_) {
      std::error_code error;
      if (fs::is_directory(file.place, error)) {
        ThrowBadFile("cannot write '" + file.place.string() + "': a directory of that name is there");
      }
    }
    for (auto& file : files_) {
      std::error_code error;
      if (fs::exists(fs::symlink_status(file.place, error))) {
        // A link where there are such, so that the name is never missing.
        fs::create_hard_link(file.place, file.earlier, error);
        if (error) fs::rename(file.place, file.earlier, error);
        if (error) ThrowBadFile("cannot replace '" + file.place.string() + "': " + error.message());
        file.had_earlier = true;
      }
      fs::rename(file.temporary, file.place, error);
      if (error) ThrowBadFile("cannot write '" + file.place.string() + "': " + error.message());
      file.is_moved = true;
    }
    is_done_ = true;
  }

 private:
  struct File {
    fs::path place;
    fs::path temporary;
    fs::path earlier;  ///< where the file waits that was in the place
    bool had_earlier = false;
    bool is_moved = false;
  };

  void Make(const fs::path& directory) {
    std::error_code error;
    std::vector<fs::path> missing;
    for (auto path = directory; !path.empty() && !fs::exists(path, error); path = path.parent_path()) {
      missing.push_back(path);
    }
    made_.insert(made_.end(), missing.rbegin(), missing.rend());
    MakeDirectory(directory.string());
  }

  std::string directory_;
  std::vector<File> files_;
  std::vector<fs::path> made_;  ///< the outer ones first
  bool is_done_ = false;
};

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
std::vector<Tile> TilesByMethod(const std::vector<ExplainedPhotograph>& methods, const RenderOptions& options) {
  const auto photograph = ReportPhotograph(methods.front(), options);
  const std::size_t first = FirstTarget(methods.front().explanation);
  std::vector<Tile> tiles = {{LabelOf(methods.front().explanation.targets[first]), Shrunk(photograph, kTileSide)}};
  for (const auto& explained : methods) {
    const auto layer = ReportLayers(explained, options)[first];
    tiles.push_back({explained.explanation.method, Shrunk(Overlay(photograph, layer), kTileSide)});
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
                                                                  const RenderOptions& options) {
  const auto& explanation = explained.explanation;
  const auto photograph = ReportPhotograph(explained, options);
  const auto layers = ReportLayers(explained, options);
  std::vector<std::pair<std::string, std::string>> files;
  files.emplace_back("explanation.json", ExplanationJson(explained));
  files.emplace_back("maps.npy", NpyBytes(explanation.maps));
  std::vector<Tile> tiles = {{"photograph", Shrunk(photograph, kTileSide)}};
  for (std::size_t t = 0; t < layers.size(); ++t) {
    const auto overlay = Overlay(photograph, layers[t]);
    const std::string label = LabelOf(explanation.targets[t]);
    files.emplace_back(Numbered(t, label), EncodePng(overlay));
    const bool empty = explanation.IsEmpty(t);
    tiles.push_back({label + (empty ? " (nothing to show)" : ""), Shrunk(overlay, kTileSide)});
  }
  files.emplace_back("overview.png", EncodePng(ContactSheet(tiles, 4)));
  files.emplace_back("report.html", ReportHtml({explained}, options));
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
  Staged staged(directory);
  for (const auto& [name, bytes] : files) staged.Add(name, bytes);
  staged.MoveIntoPlace();
}

void WriteExplanation(const std::string& directory, const std::vector<ExplainedPhotograph>& methods,
                      const RenderOptions& options) {
  if (methods.size() == 1) return ReplaceFiles(directory, ExplanationFiles(methods.front(), options));
  std::vector<std::pair<std::string, std::string>> files;
  for (const auto& explained : methods) {
    for (auto& [name, bytes] : ExplanationFiles(explained, options)) {
      files.emplace_back(explained.explanation.method + "/" + name, std::move(bytes));
    }
  }
  files.emplace_back("overview.png", EncodePng(ContactSheet(TilesByMethod(methods, options), 4)));
  files.emplace_back("report.html", ReportHtml(methods, options));
  ReplaceFiles(directory, files);
}

}  // namespace wherefore
