// Giving an operation up: what it wrote and nobody sees is removed, and its journal says so.
#include <fmt/format.h>

#include <filesystem>

#include "cqlbulk/error.hpp"
#include "cqlbulk/resume.hpp"
#include "journal/operation_directory.hpp"
#include "journal/operation_reader.hpp"

namespace cqlbulk {

namespace fs = std::filesystem;

Discarded discard(const std::string& operation_dir, const std::string& name) {
  journal::Operation operation;
  journal::OperationDirectory directory =
      journal::OperationDirectory::resume(journal::find_operation(operation_dir, name), operation);
  Discarded discarded;
  discarded.operation = operation.id;
  const std::string staging = operation.description.value("staging", "");
  // Whatever the file says, nothing else than an export's own staging directory is removed.
  const bool own = fs::path(staging).filename().string().ends_with(".cqlbulk-" + operation.id);
  std::error_code error;
  if (own && fs::exists(staging, error)) {
    discarded.removed = staging;
    fs::remove_all(staging, error);
    if (error) {
      throw Error(ErrorClass::failed, fmt::format("{} cannot be removed: {}", staging, error.message()),
                  "Remove it by hand.");
    }
  }
  for (const journal::PartRecord& part : operation.parts) {
    if (part.kind == journal::PartRecord::Kind::part) discarded.published.push_back(part.name);
  }
  directory.begin_run();
  journal::EndRecord end;
  end.status = journal::Operation::discarded;
  directory.end(end, fmt::format("{{\"status\": \"{}\"}}", end.status));
  return discarded;
}

}  // namespace cqlbulk
