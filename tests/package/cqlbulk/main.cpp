// Counts a table through the installed library: cqlbulk_user HOST KEYSPACE.TABLE prints the number of rows. Without
// arguments it only shows that the library is there.
#include <cqlbulk/count.hpp>
#include <cqlbulk/error.hpp>
#include <iostream>

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cout << "cqlbulk works: table " << cqlbulk::parse_subject("shop.\"Orders\"").table << '\n';
    return 0;
  }
  try {
    cqlbulk::CountOptions options;
    options.operation.cluster.contact_points = {{argv[1], 9042}};
    options.subject = cqlbulk::parse_subject(argv[2]);
    cqlbulk::Observer silent;
    std::cout << cqlbulk::count(options, silent).total << '\n';
    return 0;
  } catch (const cqlbulk::Error& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
