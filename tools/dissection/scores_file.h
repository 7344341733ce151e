#pragma once

#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

namespace wherefore {

/// How much each of a folder's pictures shows each concept, in the eyes of another model.
struct ConceptScores {
  std::vector<std::string> concepts;
  std::vector<std::string> pictures;  ///< paths within the folder
  at::Tensor scores;                  ///< float32 (pictures, concepts)
};

/// JPEG, PNG, WebP, TIFF and BMP files, by the ends of their names, in a folder and those below it: paths within it, in
/// the order of their bytes. Throws Error(kBadFile) where the folder is none or has none.
std::vector<std::string> PicturesIn(const std::string& directory);

/// Reads scores of the pictures of a folder, in either of two forms:
///   NAME.csv   a line "image,CONCEPT,CONCEPT..." and one for each picture: its path within the folder, and a number
///   for
///              each concept. Fields with commas stand in quotes, a quote among them is doubled.
///   NAME.npy   float32 (pictures, concepts), C order, its rows in the order of PicturesIn(), and beside it NAME.txt
///              with the concepts' names, one a line.
/// Throws Error(kBadFile) that names the file and line: another form, a row for a picture that is not there, two for
/// one, a picture without a row, numbers that are missing, damaged, NaN or infinite, a concept that appears twice or
/// has no name.
ConceptScores ReadConceptScores(const std::string& file, const std::string& directory);

}  // namespace wherefore
