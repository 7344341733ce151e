#include "tools/dissection/scores_file.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <map>
#include <set>
#include <utility>

#include <ATen/ATen.h>

#include "explain/error.h"
#include "models/files/files.h"
#include "tools/report/npy.h"

namespace wherefore {
namespace {

namespace fs = std::filesystem;

std::string LowerExtension(const fs::path& path) {
  auto extension = path.extension().string();
  for (auto& c : extension) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return extension;
}

bool IsPicture(const fs::path& path) {
  static const std::set<std::string> kEnds = {".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".bmp"};
  return kEnds.count(LowerExtension(path)) > 0;
}

std::string LineText(std::size_t line) { return "line " + std::to_string(line) + ": "; }

/// Lines without their ends, and without a byte order mark before the first.
std::vector<std::string> LinesOf(const std::string& text) {
  const std::string mark = "\xEF\xBB\xBF";
  std::vector<std::string> lines;
  for (std::size_t begin = text.compare(0, mark.size(), mark) == 0 ? mark.size() : 0; begin < text.size();) {
    const auto end = std::min(text.find('\n', begin), text.size());
    lines.push_back(text.substr(begin, end - begin));
    if (!lines.back().empty() && lines.back().back() == '\r') lines.back().pop_back();
    begin = end + 1;
  }
  while (!lines.empty() && lines.back().empty()) lines.pop_back();
  return lines;
}

/// The fields of a line of a CSV file; `where` begins an error text.
std::vector<std::string> FieldsOf(const std::string& line, const std::string& where) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (quoted && c == '"' && i + 1 < line.size() && line[i + 1] == '"') {
      fields.back() += line[++i];
    } else if (c == '"' && (quoted || fields.back().empty())) {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      fields.emplace_back();
    } else {
      fields.back() += c;
    }
  }
  if (quoted) ThrowBadFile(where + "a quote is not closed");
  return fields;
}

void CheckConcepts(const std::vector<std::string>& concepts, const std::string& where) {
  if (concepts.empty()) ThrowBadFile(where + "there is no concept");
  std::set<std::string> known;
  for (const auto& item : concepts) {
    if (item.empty()) ThrowBadFile(where + "a concept has no name");
    if (!known.insert(item).second) ThrowBadFile(where + "the concept '" + item + "' appears twice");
  }
}

float ScoreOf(const std::string& field, const std::string& where, const std::string& item) {
  float value = 0;
  const char* const end = field.data() + field.size();
  const auto read = std::from_chars(field.data(), end, value);
  if (read.ec != std::errc() || read.ptr != end || !std::isfinite(value)) {
    ThrowBadFile(where + "the score of '" + item + "' is '" + field.substr(0, 60) + "', but must be a finite number");
  }
  return value;
}

void ReadCsv(const std::string& file, ConceptScores* scores) {
  const auto lines = LinesOf(ReadFile(file));
  if (lines.empty()) ThrowBadFile(file + ": the file is empty; its first line must be image,CONCEPT,CONCEPT...");
  auto header = FieldsOf(lines[0], file + ": " + LineText(1));
  if (header[0] != "image") {
    ThrowBadFile(file + ": " + LineText(1) + "the first field is '" + header[0].substr(0, 60) +
                 "', but must be 'image'");
  }
  scores->concepts.assign(header.begin() + 1, header.end());
  CheckConcepts(scores->concepts, file + ": " + LineText(1));
  std::map<std::string, int64_t> row_of;
  for (std::size_t i = 0; i < scores->pictures.size(); ++i) row_of[scores->pictures[i]] = static_cast<int64_t>(i);
  std::map<std::string, std::size_t> line_of;
  const auto columns = scores->concepts.size();
  scores->scores = at::empty({static_cast<int64_t>(scores->pictures.size()), static_cast<int64_t>(columns)});
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const auto where = file + ": " + LineText(i + 1);
    const auto fields = FieldsOf(lines[i], where);
    const auto row = row_of.find(fields[0]);
    if (row == row_of.end()) {
      ThrowBadFile(where + "there is no picture '" + fields[0].substr(0, 200) + "'" +
                   DidYouMean(fields[0].substr(0, 200), scores->pictures));
    }
    const auto [before, is_new] = line_of.emplace(fields[0], i + 1);
    if (!is_new) {
      ThrowBadFile(where + "picture '" + fields[0] + "' has a row already, on line " + std::to_string(before->second));
    }
    if (fields.size() != columns + 1) {
      ThrowBadFile(where + "there are " + std::to_string(fields.size() - 1) + " scores, but " +
                   std::to_string(columns) + " concepts");
    }
    float* const values = scores->scores.data_ptr<float>() + row->second * static_cast<int64_t>(columns);
    for (std::size_t c = 0; c < columns; ++c) values[c] = ScoreOf(fields[c + 1], where, scores->concepts[c]);
  }
  for (const auto& picture : scores->pictures) {
    if (line_of.count(picture) == 0) ThrowBadFile(file + ": picture '" + picture + "' has no row");
  }
}

void ReadNpy(const std::string& file, ConceptScores* scores) {
  const auto names = fs::path(file).replace_extension(".txt").string();
  scores->concepts = LinesOf(ReadFile(names));
  CheckConcepts(scores->concepts, names + ": ");
  try {
    scores->scores = ParseNpy(ReadFile(file));
  } catch (const Error& error) {
    ThrowBadFile(file + ": " + error.what());
  }
  const auto rows = static_cast<int64_t>(scores->pictures.size());
  const auto columns = static_cast<int64_t>(scores->concepts.size());
  const std::vector<int64_t> wanted = {rows, columns};
  if (scores->scores.sizes() != at::IntArrayRef(wanted)) {
    ThrowBadFile(file + ": the array is " + c10::str(scores->scores.sizes()) + ", but must be " +
                 c10::str(at::IntArrayRef(wanted)) +
                 ": a row for each picture of the folder, a column for each line of " + names);
  }
  const auto damaged = at::isfinite(scores->scores).logical_not().nonzero();
  if (damaged.size(0) == 0) return;
  const auto row = damaged[0][0].item<int64_t>();
  const auto column = damaged[0][1].item<int64_t>();
  ThrowBadFile(file + ": the score of '" + scores->concepts[static_cast<std::size_t>(column)] + "' in row " +
               std::to_string(row) + " ('" + scores->pictures[static_cast<std::size_t>(row)] + "') is NaN or infinite");
}

}  // namespace

std::vector<std::string> PicturesIn(const std::string& directory) {
  std::error_code error;
  if (!fs::is_directory(directory, error))
    ThrowBadFile("'" + directory + "' is no directory: give a folder of pictures");
  std::vector<std::string> pictures;
  for (auto entry = fs::recursive_directory_iterator(directory, error);
       !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    std::error_code ignored;
    if (entry->is_regular_file(ignored) && IsPicture(entry->path())) {
      pictures.push_back(entry->path().lexically_relative(directory).generic_string());
    }
  }
  if (error) ThrowBadFile("'" + directory + "' cannot be read: " + error.message());
  if (pictures.empty()) ThrowBadFile("'" + directory + "' holds no JPEG, PNG, WebP, TIFF or BMP file");
  std::sort(pictures.begin(), pictures.end());
  return pictures;
}

ConceptScores ReadConceptScores(const std::string& file, const std::string& directory) {
  const auto extension = LowerExtension(file);
  if (extension != ".csv" && extension != ".npy") {
    ThrowBadFile("'" + file + "' is no file of scores: its name must end in .csv or .npy");
  }
  ConceptScores scores;
  scores.pictures = PicturesIn(directory);
  if (extension == ".csv") {
    ReadCsv(file, &scores);
  } else {
    ReadNpy(file, &scores);
  }
  return scores;
}

}  // namespace wherefore
