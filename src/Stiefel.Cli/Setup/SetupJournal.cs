using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Stiefel.Cli.Laptop;
using Stiefel.CommandLine;

namespace Stiefel.Cli.Setup;

/// <summary>
/// What set-up did to a laptop, for its undoing: written before each change, so that there is never one that it does not know. The first state
/// of a file that was there before is kept, whatever came later.
/// </summary>
internal sealed class SetupJournal
{
    /// <summary>Where it lies.</summary>
    public const string Path = Directory + "/setup.json";

    private const string Directory = "/var/lib/stiefel";
    private const string BeforeDirectory = Directory + "/before-setup";
    private static readonly SetupJson s_json = new(new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.CamelCase, WriteIndented = true });

    private readonly List<JournalEntry> _entries;

    private SetupJournal(IEnumerable<JournalEntry> entries) => _entries = [.. entries];

    /// <summary>In the order in which it was done.</summary>
    public IReadOnlyList<JournalEntry> Entries => _entries;

    /// <summary>Reads it; an empty one if there is none.</summary>
    /// <exception cref="FailedException">It is damaged.</exception>
    public static SetupJournal Read(LaptopTree tree)
    {
        if (tree.Bytes(Path) is not { } bytes)
        {
            return new SetupJournal([]);
        }

        try
        {
            return new SetupJournal(JsonSerializer.Deserialize(bytes, s_json.JournalDocument)?.Entries ?? []);
        }
        catch (JsonException error)
        {
            throw new FailedException($"{Path} is damaged, and without it set-up does not know what is its own: {error.Message}", error);
        }
    }

    /// <summary>What it knows of a file; null if nothing.</summary>
    public JournalEntry? Find(string path) => _entries.Find(entry => entry.Path == path);

    /// <summary>Where the first state of a file is kept.</summary>
    public static string BeforeOf(string path) => BeforeDirectory + path;

    /// <summary>Notes what is about to be done; what was there at first is not forgotten.</summary>
    public void Note(JournalEntry entry)
    {
        var at = _entries.FindIndex(one => one.Path == entry.Path);
        if (at >= 0)
        {
            _entries[at] = entry with { WasThere = _entries[at].WasThere, ModeBefore = _entries[at].ModeBefore };
        }
        else
        {
            _entries.Add(entry);
        }
    }

    /// <summary>It is undone.</summary>
    public void Forget(JournalEntry entry) => _entries.Remove(entry);

    /// <summary>As it lies on the disk.</summary>
    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(new JournalDocument(1, _entries), s_json.JournalDocument);

    /// <summary>What tells one content from another.</summary>
    public static string HashOf(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));
}

/// <param name="Version">The version of this form.</param>
/// <param name="Entries">In the order in which it was done.</param>
internal sealed record JournalDocument(int Version, IReadOnlyList<JournalEntry> Entries);

/// <summary>One file, link or directory.</summary>
/// <param name="Path">From the tree's top.</param>
/// <param name="Sha256">The hash of what was installed; empty for a directory.</param>
/// <param name="WasThere">There was something else before, which is kept.</param>
/// <param name="ModeBefore">Its rights then, as st_mode has them (man 7 inode).</param>
/// <param name="IsTree">A directory that is made anew again and again, and is set-up's with all that it holds.</param>
internal sealed record JournalEntry(string Path, string Sha256, bool WasThere = false, int ModeBefore = 0, bool IsTree = false)
{
    /// <summary>It was made for the files in it.</summary>
    [JsonIgnore]
    public bool IsDirectory => Sha256.Length == 0 && !IsTree;
}

[JsonSerializable(typeof(JournalDocument))]
internal sealed partial class SetupJson : JsonSerializerContext;
