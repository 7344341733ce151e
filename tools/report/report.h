#pragma once

#include <string>
#include <vector>

#include "tools/report/drawing.h"

namespace wherefore {

/// The target that a reader sees first: the whole caption says little, so the word that is likeliest to be a thing, the
/// best-supported one.
std::size_t FirstTarget(const Explanation& explanation);

/// One HTML file that needs nothing else: the photograph with the map of the word or answer that is pointed at; where
/// several methods explain the same targets, once for each, side by side. A script draws the maps; where none runs the
/// page shows small pictures of `drawings`, which are Draw()'s, one a method.
std::string ReportHtml(const std::vector<ExplainedPhotograph>& methods, const std::vector<Drawing>& drawings,
                       const RenderOptions& options);

/// What the methods warn of, each thing once; "by grad-cam, rise: ..." where not all of them do.
std::vector<std::string> DistinctWarnings(const std::vector<ExplainedPhotograph>& methods);

/// A page with a picture and a link for each of several reports.
struct IndexEntry {
  std::string title;
  std::string photograph;  ///< its path
  std::string directory;   ///< relative path of the report's directory
};
std::string IndexHtml(const std::vector<IndexEntry>& entries);

}  // namespace wherefore
