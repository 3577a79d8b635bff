using Stiefel.CommandLine;
using Stiefel.Linux.Files;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Stiefel.Cli.Configuration;

/// <summary>Finds and reads config.yaml.</summary>
internal static class ConfigurationFile
{
    /// <summary>Largest accepted file in bytes. Configurations are written by hand, so a longer file is a mistake.</summary>
    public const int MaxLength = 1024 * 1024;

    /// <summary>Deepest accepted nesting; the schema needs five levels.</summary>
    public const int MaxNesting = 32;

    private static readonly string[] s_places = ["config.yaml", "/etc/stiefel/config.yaml"];

    /// <summary>Reads the given file, else the first of ./config.yaml and /etc/stiefel/config.yaml that exists; without any, returns the defaults.</summary>
    public static StiefelConfiguration Load(string? file)
    {
        file ??= s_places.FirstOrDefault(File.Exists);
        if (file is null)
        {
            return new StiefelConfiguration();
        }

        if (!File.Exists(file))
        {
            throw new UsageException($"{file}: no such configuration file");
        }

        if (new FileInfo(file).Length > MaxLength)
        {
            throw TooLong(file);
        }

        return Parse(file, File.ReadAllText(file));
    }

    /// <summary>Reads the given file for a program that runs unattended as root: only root or this user may be able to write the file.</summary>
    /// <exception cref="UntrustedFileException">Other users could have written the file.</exception>
    public static StiefelConfiguration LoadTrusted(string file)
    {
        if (!File.Exists(file))
        {
            throw new UsageException($"{file}: no such configuration file");
        }

        using var trusted = TrustedFile.OpenRead(file);
        if (trusted.Length > MaxLength)
        {
            throw TooLong(file);
        }

        using var reader = new StreamReader(trusted);
        return Parse(file, reader.ReadToEnd());
    }

    private static UsageException TooLong(string file) => new($"{file}: longer than {MaxLength / 1024} KiB, so this is not a configuration");

    /// <param name="file">The file's path, for messages; relative paths in the text start at its directory.</param>
    /// <param name="text">The file's content.</param>
    /// <exception cref="ConfigurationException">The text has errors; the exception lists them all.</exception>
    public static StiefelConfiguration Parse(string file, string text)
    {
        var problems = new ConfigurationProblems(file);
        var stream = new YamlStream();
        try
        {
            CheckNesting(text);
            stream.Load(new StringReader(text));
        }
        catch (YamlException error)
        {
            problems.Add(PlaceOf(error, text), "", $"not valid YAML: {error.Message}");
            problems.ThrowIfAny();
        }
        catch (Exception error) when (error is ArgumentException or InvalidOperationException)
        {
            // The parser throws this for some malformed files, without a position.
            problems.Add(new Mark(0, 1, 1), "", $"not valid YAML: {error.Message}");
            problems.ThrowIfAny();
        }

        var root = stream.Documents.FirstOrDefault()?.RootNode;
        if (root is not null and not YamlMappingNode)
        {
            problems.Add(root.Start, "", "expected keys such as `modules:` or `boot:`");
        }

        var directory = Path.GetDirectoryName(Path.GetFullPath(file))!;
        var configuration = new ConfigurationReader(directory).Read(new ConfigurationSection(problems, "", root as YamlMappingNode));
        problems.ThrowIfAny();
        return configuration with { File = file };
    }

    // If a tab indents a line, the parser reports where the enclosing mapping begins, perhaps the top of the file; find the tab instead.
    private static Mark PlaceOf(YamlException error, string text)
    {
        if (error.Message.Contains("tab", StringComparison.Ordinal))
        {
            var lines = text.Split('\n');
            for (var number = Math.Max(1, error.Start.Line); number <= lines.Length; number++)
            {
                var line = lines[number - 1];
                var tab = line.IndexOf('\t', StringComparison.Ordinal);
                if (tab >= 0 && line[tab..].Trim() is not ("" or ['#', ..]) && string.IsNullOrWhiteSpace(line[..tab]))
                {
                    return new Mark(0, number, tab + 1);
                }
            }
        }

        return error.Start;
    }

    // Check the depth on parser events first: the tree is built by recursion, so a hostile file could exhaust the stack.
    private static void CheckNesting(string text)
    {
        var events = new Parser(new StringReader(text));
        var depth = 0;
        while (events.MoveNext())
        {
            depth += events.Current!.NestingIncrease;
            if (depth > MaxNesting)
            {
                throw new YamlException(events.Current.Start, events.Current.End, $"nested deeper than {MaxNesting} levels");
            }
        }
    }
}
