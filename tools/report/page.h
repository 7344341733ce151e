#pragma once

#include <map>
#include <string>

namespace wherefore {

// What our HTML pages are made of.

/// The page with each @NAME@ replaced by the value of that name; others stay as they are.
std::string Filled(const std::string& page, const std::map<std::string, std::string>& values);

/// Text as HTML shows it.
std::string Escaped(const std::string& text);

/// A JSON text for a script element: nothing in it can end the element.
std::string Embedded(const std::string& json);

std::string Base64(const std::string& bytes);

/// A picture within the page; `type`: "png" or "jpeg".
std::string DataUri(const char* type, const std::string& bytes);

}  // namespace wherefore
