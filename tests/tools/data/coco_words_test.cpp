#include "tools/data/coco_words.h"

#include <algorithm>
#include <map>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/files/files.h"
#include "models/text/text.h"
#include "tests/support/error_text.h"
#include "tests/support/shared_data.h"

namespace wherefore {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::UnorderedElementsAreArray;

/// As instances_val2017.json has them.
const std::vector<std::string> kCategories = {
    "person",         "bicycle",    "car",           "motorcycle",    "airplane",     "bus",           "train",
    "truck",          "boat",       "traffic light", "fire hydrant",  "stop sign",    "parking meter", "bench",
    "bird",           "cat",        "dog",           "horse",         "sheep",        "cow",           "elephant",
    "bear",           "zebra",      "giraffe",       "backpack",      "umbrella",     "handbag",       "tie",
    "suitcase",       "frisbee",    "skis",          "snowboard",     "sports ball",  "kite",          "baseball bat",
    "baseball glove", "skateboard", "surfboard",     "tennis racket", "bottle",       "wine glass",    "cup",
    "fork",           "knife",      "spoon",         "bowl",          "banana",       "apple",         "sandwich",
    "orange",         "broccoli",   "carrot",        "hot dog",       "pizza",        "donut",         "cake",
    "chair",          "couch",      "potted plant",  "bed",           "dining table", "toilet",        "tv",
    "laptop",         "mouse",      "remote",        "keyboard",      "cell phone",   "microwave",     "oven",
    "toaster",        "sink",       "refrigerator",  "book",          "clock",        "vase",          "scissors",
    "teddy bear",     "hair drier", "toothbrush"};

const std::vector<std::string> kPlurals = {  // in the order of kCategories
    "people",         "bicycles",      "cars",
    "motorcycles",    "airplanes",     "buses",
    "trains",         "trucks",        "boats",
    "traffic lights", "fire hydrants", "stop signs",
    "parking meters", "benches",       "birds",
    "cats",           "dogs",          "horses",
    "sheep",          "cows",          "elephants",
    "bears",          "zebras",        "giraffes",
    "backpacks",      "umbrellas",     "handbags",
    "ties",           "suitcases",     "frisbees",
    "skis",           "snowboards",    "sports balls",
    "kites",          "baseball bats", "baseball gloves",
    "skateboards",    "surfboards",    "tennis rackets",
    "bottles",        "wine glasses",  "cups",
    "forks",          "knives",        "spoons",
    "bowls",          "bananas",       "apples",
    "sandwiches",     "oranges",       "broccolis",
    "carrots",        "hot dogs",      "pizzas",
    "donuts",         "cakes",         "chairs",
    "couches",        "potted plants", "beds",
    "dining tables",  "toilets",       "tvs",
    "laptops",        "mice",          "remotes",
    "keyboards",      "cell phones",   "microwaves",
    "ovens",          "toasters",      "sinks",
    "refrigerators",  "books",         "clocks",
    "vases",          "scissors",      "teddy bears",
    "hair driers",    "toothbrushes"};

std::vector<std::string> Split(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

/// The categories that our list finds in a text, one a word.
std::vector<std::string> Found(const std::string& text) {
  static const auto kWords = CategoryWords::OfCoco();
  return kWords.CategoriesOf(Split(text));
}

std::string CategoryOf(const std::string& phrase) {
  const auto found = Found(phrase);
  EXPECT_EQ(std::count(found.begin(), found.end(), found[0]), static_cast<std::ptrdiff_t>(found.size())) << phrase;
  return found[0];
}

std::string Complaint(const std::string& list, const std::vector<std::string>& known = {}) {
  return ErrorText(ErrorKind::kBadFile, [&] { CategoryWords(list, "words.txt", known); });
}

TEST(CocoWordsTest, HaveAllCategoriesAndNoOther) {
  EXPECT_EQ(kCategories.size(), 80U);
  EXPECT_THAT(CategoryWords::OfCoco().categories(), UnorderedElementsAreArray(kCategories));
}

TEST(CocoWordsTest, KnowEveryCategoryByItsNameAndItsPlural) {
  for (const auto& category : kCategories) {
    if (category == "orange") continue;  // mostly a colour
    EXPECT_EQ(CategoryOf(category), category);
  }
  ASSERT_EQ(kPlurals.size(), kCategories.size());
  for (std::size_t i = 0; i < kPlurals.size(); ++i) EXPECT_EQ(CategoryOf(kPlurals[i]), kCategories[i]);
}

TEST(CocoWordsTest, AreMetByTheNameOfEveryCategoryButAColour) {
  const auto words = CategoryWords::OfCoco();
  for (const auto& category : kCategories) EXPECT_EQ(words.AreMetByNameOf(category), category != "orange") << category;
  EXPECT_FALSE(words.AreMetByNameOf("quokka"));
  EXPECT_FALSE(words.AreMetByNameOf("puppy"));  // of another category's
  EXPECT_FALSE(words.AreMetByNameOf(""));
}

TEST(CocoWordsTest, KnowSynonymsAndKinds) {
  for (const auto& [word, category] : std::vector<std::pair<std::string, std::string>>{{"man", "person"},
                                                                                       {"women", "person"},
                                                                                       {"skateboarder", "person"},
                                                                                       {"wives", "person"},
                                                                                       {"catchers", "person"},
                                                                                       {"puppy", "dog"},
                                                                                       {"puppies", "dog"},
                                                                                       {"calves", "cow"},
                                                                                       {"scooter", "motorcycle"},
                                                                                       {"skiis", "skis"},
                                                                                       {"T.V.", "tv"},
                                                                                       {"terrier", "dog"},
                                                                                       {"kitten", "cat"},
                                                                                       {"motorbike", "motorcycle"},
                                                                                       {"plane", "airplane"},
                                                                                       {"sailboat", "boat"},
                                                                                       {"sofa", "couch"},
                                                                                       {"doughnut", "donut"},
                                                                                       {"television", "tv"},
                                                                                       {"fridge", "refrigerator"},
                                                                                       {"mug", "cup"},
                                                                                       {"racquet", "tennis racket"},
                                                                                       {"luggage", "suitcase"}}) {
    EXPECT_EQ(CategoryOf(word), category);
  }
}

TEST(CocoWordsTest, TheLongestEntryCounts) {
  EXPECT_THAT(Found("a dog eats a hot dog"), ElementsAre("", "dog", "", "", "hot dog", "hot dog"));
  EXPECT_THAT(Found("a teddy bear and a bear"), ElementsAre("", "teddy bear", "teddy bear", "", "", "bear"));
  EXPECT_THAT(Found("baby elephant and baby"), ElementsAre("elephant", "elephant", "", "person"));
  EXPECT_THAT(Found("tennis ball on a table"), ElementsAre("sports ball", "sports ball", "", "", "dining table"));
  EXPECT_THAT(Found("train tracks behind a train"), ElementsAre("", "", "", "", "train"));
  EXPECT_THAT(Found("wine glass of wine"), ElementsAre("wine glass", "wine glass", "", ""));
  EXPECT_THAT(Found("an elephant calf on a bed of rice"), ElementsAre("", "elephant", "elephant", "", "", "", "", ""));
  EXPECT_THAT(Found("hot"), ElementsAre(""));
  EXPECT_TRUE(Found("").empty());
}

TEST(CocoWordsTest, LeaveOutWhatIsMostlySomethingElse) {
  EXPECT_THAT(Found("an orange glass computer glasses plant sign board bag desk he"),
              testing::Each(testing::StrEq("")));
  EXPECT_THAT(Found("a couple of cats"), ElementsAre("", "", "", "cat"));
}

TEST(CocoWordsTest, CaseAndMarksDoNotMatter) {
  EXPECT_THAT(Found("A Man's \"dog\", (cat). ."), ElementsAre("", "person", "dog", "cat", ""));
  EXPECT_THAT(Found("dogs' dogs’ dog’s, 'cat' catcher's mitt ' ’"),
              ElementsAre("dog", "dog", "dog", "cat", "baseball glove", "baseball glove", "", ""));
}

TEST(CocoWordsTest, ReadLabelsOfClasses) {
  const auto words = CategoryWords::OfCoco();
  for (const auto& [label, category] : std::vector<std::pair<std::string, std::string>>{
           {"tabby, tabby cat", "cat"},
           {"golden retriever", "dog"},
           {"orange", "orange"},
           {"kite", "bird"},  // ImageNet's is one
           {"notebook, notebook computer", "laptop"},
           {"flat-coated retriever", "dog"},
           {"hotdog, hot dog, red hot", "hot dog"},
           {"Granny Smith", "apple"},
           {"sulphur-crested cockatoo, Kakatoe galerita, Cacatua galerita", "bird"},
           {"koala, koala bear, kangaroo bear", ""},
           {"lesser panda, red panda, panda, bear cat", ""},
           {"plane, carpenter's plane, woodworking plane", ""},
           {"sea lion", ""},
           {"dogsled, dog sled, dog sleigh", ""},
           {"seashore, coast", ""},
           {"", ""}}) {
    EXPECT_EQ(words.CategoryOfLabel(label), category) << label;
  }
}

TEST(CocoWordsTest, ReadImageNetsLabels) {
  WHEREFORE_NEEDS_SHARED("models/imagenet-mobilenet-v2");
  const auto labels = SplitLines(ReadFile(SharedPath("models/imagenet-mobilenet-v2/labels.txt")), "labels.txt");
  const auto words = CategoryWords::OfCoco();
  std::map<std::string, int> classes;
  for (const auto& label : labels) ++classes[words.CategoryOfLabel(label)];
  EXPECT_EQ(classes["dog"], 118);  // ImageNet's breeds: dingo, dhole and the hunting dog are wild
  EXPECT_EQ(classes["cat"], 5);
  EXPECT_EQ(classes["bear"], 5);
  EXPECT_EQ(classes["elephant"], 3);
  EXPECT_EQ(classes["person"], 3);
}

TEST(CocoWordsTest, ReadOtherLists) {
  CategoryWords words("# birds\n\nHen:  hen,Big  Hen , chick*\r\nhen: cock\n-: hen house", "words.txt", {"Hen", "egg"});
  EXPECT_THAT(words.categories(), ElementsAre("hen"));
  EXPECT_THAT(words.CategoriesOf({"big", "hen", "chick", "cock", "egg", "hen", "house"}),
              ElementsAre("hen", "hen", "", "hen", "", "", ""));
  EXPECT_EQ(words.CategoryOfLabel("Chick"), "hen");
  words.AddNames({"Hen", "egg", "Hen House"});
  EXPECT_THAT(words.CategoriesOf({"big", "hen", "egg", "hen", "house"}),
              ElementsAre("hen", "hen", "egg", "hen house", "hen house"));
}

TEST(CocoWordsTest, TellWhatIsWrongWithAList) {
  EXPECT_EQ(Complaint("dog: dog\ncat cat"), "words.txt, line 2: there is no ':'; write \"category: word, word\"");
  EXPECT_EQ(Complaint("dog: pet\ncat: cat, pet"),
            "words.txt, line 2: 'pet' is of category 'cat', but an earlier line has it for 'dog': keep one of the two");
  EXPECT_THAT(Complaint("dog: dog\ndog: dog"), HasSubstr("keep one of the two"));
  EXPECT_EQ(Complaint("dog: dog\nhorze: horse", {"dog", "horse"}),
            "words.txt, line 2: 'horze' is no category of the data set; did you mean 'horse'?");
  EXPECT_EQ(Complaint(": dog"), "words.txt, line 1: '' is no category of the data set");
  EXPECT_THAT(Complaint("dog: a,, b"), EndsWith("a word is empty; are there two commas in a row?"));
  EXPECT_THAT(Complaint("dog: *"), HasSubstr("a word is empty"));
  EXPECT_EQ(Complaint("dog:"), "words.txt, line 1: there is no word behind 'dog:'");
  for (const auto* list : {"", "# none\n", "-: train track"}) {
    EXPECT_THAT(Complaint(list), HasSubstr("no word speaks of a category"));
  }
}

}  // namespace
}  // namespace wherefore
