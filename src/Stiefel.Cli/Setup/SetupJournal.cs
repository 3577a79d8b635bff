using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Stiefel.Cli.Laptop;
using Stiefel.CommandLine;

namespace Stiefel.Cli.Setup;

/// <summary>
/// Records what set-up did to a laptop, so that it can be undone. Each entry is written before its change, so that no change goes unrecorded. A file's
/// original state is kept, no matter how often set-up changes the file.
/// </summary>
internal sealed class SetupJournal
{
    /// <summary>The journal's path on the laptop.</summary>
    public const string Path = Directory + "/setup.json";

    private const string Directory = "/var/lib/stiefel";
    private const string BeforeDirectory = Directory + "/before-setup";
    private static readonly SetupJson s_json = new(new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.CamelCase, WriteIndented = true });

    private readonly List<JournalEntry> _entries;

    private SetupJournal(IEnumerable<JournalEntry> entries) => _entries = [.. entries];

    /// <summary>The entries, in the order of the changes.</summary>
    public IReadOnlyList<JournalEntry> Entries => _entries;

    /// <summary>Reads the journal; an empty one if there is none.</summary>
    /// <exception cref="FailedException">The journal is damaged.</exception>
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
            throw new FailedException($"{Path} is damaged, and without it set-up does not know which files it made: {error.Message}", error);
        }
    }

    /// <summary>The entry of a file; null if there is none.</summary>
    public JournalEntry? Find(string path) => _entries.Find(entry => entry.Path == path);

    /// <summary>The path at which a file's original state is kept.</summary>
    public static string BeforeOf(string path) => BeforeDirectory + path;

    /// <summary>Adds or replaces an entry; the record of the original state is kept.</summary>
    public void Note(JournalEntry entry)
    {
        var at = _entries.FindIndex(one => one.Path == entry.Path);
        if (at >= 0)
        {
            _entries[at] = entry with { WasThere = _entries[at].WasThere, ModeBefore = _entries[at].ModeBefore, AnswerBefore = _entries[at].AnswerBefore };
        }
        else
        {
            _entries.Add(entry);
        }
    }

    /// <summary>Removes the entry of a change that was undone.</summary>
    public void Forget(JournalEntry entry) => _entries.Remove(entry);

    /// <summary>The journal's content as a file.</summary>
    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(new JournalDocument(1, _entries), s_json.JournalDocument);

    /// <summary>The hash by which contents are compared.</summary>
    public static string HashOf(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));
}

/// <param name="Version">The version of this format.</param>
/// <param name="Entries">The entries, in the order of the changes.</param>
internal sealed record JournalDocument(int Version, IReadOnlyList<JournalEntry> Entries);

/// <summary>One file, link or directory.</summary>
/// <param name="Path">Absolute path, from the tree's root.</param>
/// <param name="Sha256">The hash of the installed content; empty for a directory.</param>
/// <param name="WasThere">True if a file existed before; its content is kept.</param>
/// <param name="ModeBefore">That file's st_mode (man 7 inode).</param>
/// <param name="IsTree">True for a directory that set-up owns with all its content, which is often replaced.</param>
/// <param name="Question">The question of debconf's whose answer is all that was changed in the file; null for a file of set-up's own.</param>
/// <param name="AnswerBefore">The answer that it had; null for its default.</param>
internal sealed record JournalEntry(string Path, string Sha256, bool WasThere = false, int ModeBefore = 0, bool IsTree = false, string? Question = null, string? AnswerBefore = null)
{
    /// <summary>The entry of an answer in debconf's database.</summary>
    public static JournalEntry Of(PlannedAnswer answer, string? before) =>
        new(DebconfAnswers.Path, SetupJournal.HashOf(Encoding.UTF8.GetBytes(answer.Value)), Question: answer.Question, AnswerBefore: before);

    /// <summary>True for a directory that was made for the files in it.</summary>
    [JsonIgnore]
    public bool IsDirectory => Sha256.Length == 0 && !IsTree;
}

[JsonSerializable(typeof(JournalDocument))]
internal sealed partial class SetupJson : JsonSerializerContext;
