using System.Text.Json;
using Stiefel.Linux.Files;

namespace Stiefel.Server.Configuration;

/// <summary>One appsettings.json: sections of plain values, comments and trailing commas allowed.</summary>
public static class SettingsFile
{
    private const long MaxBytes = 1 << 20;

    private static readonly JsonDocumentOptions s_json = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, MaxDepth = 8 };

    /// <summary>The file's settings; none if it does not exist.</summary>
    /// <exception cref="UnsafeSettingsException">Others could have written the file.</exception>
    /// <exception cref="SettingsException">The file cannot be read, is not JSON, or has a value that is neither text, number nor boolean.</exception>
    public static NamedSettingsSource Read(string path)
    {
        var settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        if (!File.Exists(path))
        {
            return new NamedSettingsSource(path, settings);
        }

        try
        {
            // A file in the working directory may belong to another user, so its owner is checked.
            using var file = TrustedFile.OpenRead(path);
            if (file.Length > MaxBytes)
            {
                throw new SettingsException($"{path}: larger than {MaxBytes} bytes");
            }

            using var document = JsonDocument.Parse(file, s_json);
            Add(settings, path, "", document.RootElement);
        }
        catch (UntrustedFileException e)
        {
            throw new UnsafeSettingsException($"{e.Message}, or start the server in another directory: these settings could open the disk to everybody");
        }
        catch (JsonException e)
        {
            throw new SettingsException($"{path}:{e.LineNumber + 1}:{e.BytePositionInLine + 1}: not valid JSON");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException($"{path}: cannot be read: {e.Message}");
        }

        return new NamedSettingsSource(path, settings);
    }

    private static void Add(Dictionary<string, string?> settings, string path, string key, JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var property in element.EnumerateObject())
                {
                    Add(settings, path, key.Length == 0 ? property.Name : $"{key}:{property.Name}", property.Value);
                }

                break;
            case JsonValueKind.Null when key.Length > 0:
                break;
            case JsonValueKind.String or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False when key.Length > 0:
                if (!settings.TryAdd(key, element.ToString()))
                {
                    throw new SettingsException($"{key} ({path}): given twice");
                }

                break;
            default:
                throw new SettingsException(key.Length == 0 ? $"{path}: expected an object of sections" : $"{key} ({path}): expected a plain value, not a list");
        }
    }
}
