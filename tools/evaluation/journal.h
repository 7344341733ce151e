#pragma once

#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

#include "tools/evaluation/records.h"

namespace wherefore {

/// The file in the output directory that holds the finished cases of a run that is not done.
inline constexpr const char* kJournalFile = "journal.jsonl";

/// A finished case, and of which model it is.
struct JournalEntry {
  int64_t model = 0;
  CaseResult result;
};

/// Throws Error(kUsage) where a journal is there, which a run that does not resume must not write over.
void CheckNoJournal(const std::string& path);

/// The finished cases of a run, a line each (JSON), so that what is cut off can go on. The first line says what the run
/// is about. What is read back is what was written, to the bit.
class Journal {
 public:
  /// `setup`: a JSON object. `resume`: goes on with a journal that is there; its last line, where it is torn, is
  /// dropped. Throws Error(kUsage): a journal of another set-up (what differs is said), or one that is there without
  /// `resume`. Error(kBadFile): damaged, or not writable.
  Journal(std::string path, const std::string& setup, bool resume);

  /// What was there already.
  const std::vector<JournalEntry>& finished() const { return finished_; }

  /// Throws Error(kBadFile) where it cannot be written.
  void Add(int64_t model, const CaseResult& result);

 private:
  void Read(const std::string& setup);
  void Write(const std::string& line);

  std::string path_;
  std::ofstream file_;
  std::vector<JournalEntry> finished_;
};

}  // namespace wherefore
