#include "tools/output.h"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "models/files.h"
#include "tests/support/error_text.h"
#include "tests/support/system_limits.h"
#include "tests/support/temporary_directory.h"

namespace wherefore {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(FileNameTest, KeepsLettersDigitsAndHyphensOfAscii) {
  EXPECT_EQ(FileNameOf("a small child"), "a-small-child");
  EXPECT_EQ(FileNameOf("../../etc/passwd"), "etc-passwd");
  EXPECT_EQ(FileNameOf("Äpfel & Birnen!"), "pfel-Birnen");
  EXPECT_EQ(FileNameOf("???"), "");
  EXPECT_LE(FileNameOf(std::string(500, 'x')).size(), 40U);
}

TEST(FileNameTest, IsGivenOnceToPhotographsOfOneName) {
  EXPECT_THAT(UniqueNames({"a/cat.jpg", "b/cat.jpg", "b/cat.png", "犬.jpg", "cat-2.jpg"}),
              ElementsAre("cat", "cat-2", "cat-3", "photograph", "cat-2-2"));
}

TEST(WriteFilesTest, ReplacesItsOwnFilesAndLeavesOthers) {
  const TemporaryDirectory directory;
  WriteFileWhole(directory.PathOf("mine.txt"), "mine");
  WriteFiles(directory.path(), {{"a", "old"}});
  WriteFiles(directory.path(), {{"a", "new"}, {"b", "more"}});
  EXPECT_THAT(directory.Names(), ElementsAre("a", "b", "mine.txt"));
  EXPECT_EQ(ReadFile(directory.PathOf("a")), "new");
}

TEST(WriteFilesTest, WritesNothingWhereTheDiskIsFull) {
  const TemporaryDirectory directory;
  WriteFiles(directory.path(), {{"a", "old"}});
  std::string text;
  {
    const FileSizeLimit limit(1000);
    text = ErrorText(ErrorKind::kBadFile, [&] {
      WriteFiles(directory.path(), {{"a", "new"}, {"b", std::string(5000, 'x')}});
    });
  }
  EXPECT_THAT(text, HasSubstr("File too large"));
  EXPECT_THAT(directory.Names(), ElementsAre("a"));
  EXPECT_EQ(ReadFile(directory.PathOf("a")), "old");
}

TEST(WriteFilesTest, WritesNothingWhereADirectoryIsInTheWay) {
  const TemporaryDirectory directory;
  std::filesystem::create_directory(directory.PathOf("b"));
  EXPECT_THAT(ErrorText(ErrorKind::kBadFile,
                        [&] {
                          WriteFiles(directory.path(), {{"a", "x"}, {"b", "y"}});
                        }),
              HasSubstr("a directory of that name is there"));
  EXPECT_THAT(directory.Names(), ElementsAre("b"));
}

TEST(CheckOutputDirectoryTest, ChangesNothing) {
  const TemporaryDirectory directory;
  CheckOutputDirectory(directory.path());
  CheckOutputDirectory(directory.PathOf("a/b/c"));
  CheckOutputDirectory("not-there-yet");
  EXPECT_THAT(directory.Names(), IsEmpty());
}

TEST(CheckOutputDirectoryTest, RefusesAFileAndWhatWouldBeBelowOne) {
  const TemporaryDirectory directory;
  WriteFileWhole(directory.PathOf("file"), "");
  for (const std::string path : {"file", "file/below", "file/below/it"}) {
    EXPECT_EQ(ErrorText(ErrorKind::kBadFile, [&] { CheckOutputDirectory(directory.PathOf(path)); }),
              "cannot write into '" + directory.PathOf(path) + "': '" + directory.PathOf("file") +
                  "' is a file; name another directory");
  }
}

TEST(CheckOutputDirectoryTest, RefusesAReadOnlyDirectory) {
  const TemporaryDirectory directory;
  ::chmod(directory.path().c_str(), 0555);
  std::string text;
  {
    const OrdinaryUser user;
    if (!user.is_ordinary()) GTEST_SKIP() << "the administrator may write everywhere";
    text = ErrorText(ErrorKind::kBadFile, [&] { CheckOutputDirectory(directory.PathOf("new")); });
  }
  EXPECT_EQ(text, "cannot write into '" + directory.PathOf("new") + "': Permission denied in '" + directory.path() +
                      "'; name another directory");
}

}  // namespace
}  // namespace wherefore
