using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Spectre.Console;
using Stiefel.Bench;

if (args is ["limit", var port, var size])
{
    LimitServer.Run(int.Parse(port, CultureInfo.InvariantCulture), long.Parse(size, CultureInfo.InvariantCulture));
    return 0;
}

if (args.Any(arg => arg is "--help" or "-h"))
{
    Console.WriteLine(BenchOptions.Usage);
    return 0;
}

var options = BenchOptions.Parse(args);
if (options is null)
{
    return 2;
}

var work = Directory.CreateTempSubdirectory("stiefel-bench-").FullName;
try
{
    var file = Path.Combine(work, "disk.img");
    BenchFile.Create(file, options.FileMiB);
    var results = new Measurement(options, file, work).Run();
    Report.Print(results);
    if (options.JsonFile is { } json)
    {
        Report.WriteJson(results, json);
        AnsiConsole.WriteLine($"written: {json}");
    }

    return 0;
}
finally
{
    Directory.Delete(work, recursive: true);
}
