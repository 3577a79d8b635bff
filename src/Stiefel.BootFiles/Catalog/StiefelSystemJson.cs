using System.Text.Json;

namespace Stiefel.BootFiles.Catalog;

/// <summary>
/// `stiefelsystem.json`, which the earlier Stiefel's set-up wrote into the boot directory: `kernel`, `initrd` (one name or a
/// list), `cmdline` (text or a list of arguments), and `stiefelmodules`, which is no longer used.
/// </summary>
internal static class StiefelSystemJson
{
    /// <summary>The file's name, which is also the entry's id.</summary>
    public const string FileName = "stiefelsystem.json";
    private const int MaxBytes = 64 * 1024;

    /// <exception cref="InvalidDataException">The file exists but is not valid.</exception>
    public static IEnumerable<BootEntry> Read(BootTree tree)
    {
        if (tree.ReadText(FileName, MaxBytes) is not { } text)
        {
            return [];
        }

        var source = tree.Describe(FileName);
        try
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            var root = document.RootElement;
            return root.ValueKind != JsonValueKind.Object
                ? throw new InvalidDataException($"{source}: expected an object with kernel, initrd and cmdline")
                : [new BootEntry
                {
                    Id = FileName,
                    Tree = tree,
                    Source = source,
                    Decided = source,
                    Title = FileName,
                    Kernel = Strings(root, "kernel", source) is [var kernel] ? kernel : throw new InvalidDataException($"{source}: \"kernel\" must name one file"),
                    Initrds = Strings(root, "initrd", source),
                    CommandLine = string.Join(' ', Strings(root, "cmdline", source)),
                }];
        }
        catch (JsonException error)
        {
            throw new InvalidDataException($"{source}:{error.LineNumber + 1}: {error.Message}", error);
        }
        catch (InvalidOperationException error)
        {
            // The text has half of a surrogate pair as an escape.
            throw new InvalidDataException($"{source}: {error.Message}", error);
        }
    }

    /// <summary>The text or texts under a key; none if the key is missing.</summary>
    private static string[] Strings(JsonElement root, string key, string source)
    {
        var value = root.TryGetProperty(key, out var found) ? found : default;
        return value.ValueKind switch
        {
            JsonValueKind.String => [value.GetString()!],
            JsonValueKind.Array when value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String)
                => [.. value.EnumerateArray().Select(item => item.GetString()!)],
            JsonValueKind.Null or JsonValueKind.Undefined => [],
            _ => throw new InvalidDataException($"{source}: \"{key}\" must be a text or a list of texts"),
        };
    }
}
