#pragma once

#include <string>
#include <utility>
#include <vector>

#include "tools/report/report.h"

namespace wherefore {

/// Name and bytes of every file of an explanation: explanation.json, maps.npy, overlay-*.png, overview.png,
/// report.html; `drawing` is Draw()'s.
std::vector<std::pair<std::string, std::string>> ExplanationFiles(const ExplainedPhotograph& explained,
                                                                  const Drawing& drawing, const RenderOptions& options);

/// Writes the files into `directory`, or, named "a/b", into one below it, all of them or none: each to a temporary name
/// first, then all moved into place. Directories are made if need be. Other files are left alone.
/// Throws Error(kBadFile): a directory is a file, cannot be written, or the disk is full; all is then as it was before.
void WriteFiles(const std::string& directory, const std::vector<std::pair<std::string, std::string>>& files);

/// Writes the files of an explanation, and removes overlays and maps that an earlier one left there. Where several
/// methods explain the same targets each gets a directory of its name there, and report.html and overview.png show all
/// of them; all is written or nothing. Throws as WriteFiles() does.
void WriteExplanation(const std::string& directory, const std::vector<ExplainedPhotograph>& methods,
                      const RenderOptions& options);

/// Finds out before any work is done whether a directory of that name is there, or can be made, and may be written.
/// Changes nothing. Throws Error(kBadFile) where not.
void CheckOutputDirectory(const std::string& directory);

/// ASCII letters, digits and hyphens of a text, for a file's name: "a small child" -> "a-small-child"; "" where there
/// are none.
std::string FileNameOf(const std::string& text);

/// A directory's name for each photograph, after its file, none twice.
std::vector<std::string> UniqueNames(const std::vector<std::string>& photographs);

}  // namespace wherefore
