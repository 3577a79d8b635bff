using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Stiefel.Cli.Doctor;

/// <summary>Findings as JSON, for programs.</summary>
/// <param name="WouldWork">True if no finding would keep the disk from being served.</param>
/// <param name="Root">The root of the examined tree.</param>
/// <param name="Findings">The findings, the worst first.</param>
internal sealed record FindingsDocument(bool WouldWork, string Root, IReadOnlyList<FindingEntry> Findings)
{
    private static readonly FindingsJson s_json = new(new JsonSerializerOptions
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, PropertyNamingPolicy = JsonNamingPolicy.CamelCase, WriteIndented = true,
    });

    /// <summary>The JSON text of a diagnosis.</summary>
    public static string Of(Diagnosis diagnosis) => JsonSerializer.Serialize(
        new FindingsDocument(
            diagnosis.WouldWork,
            diagnosis.Root,
            [.. diagnosis.Findings.Select(finding => new FindingEntry(finding.Id, Word(finding.Grade), finding.Text, finding.Remedy.Length > 0 ? finding.Remedy : null))]),
        s_json.FindingsDocument);

    private static string Word(Grade grade) => grade switch
    {
        Grade.Stop => "stop",
        Grade.Note => "note",
        _ => "fine",
    };
}

/// <param name="Id">A name that stays the same in all versions.</param>
/// <param name="Grade">`stop`, `note` or `fine`.</param>
/// <param name="Text">What was found.</param>
/// <param name="Remedy">What to do; null for nothing.</param>
internal sealed record FindingEntry(string Id, string Grade, string Text, string? Remedy);

[JsonSerializable(typeof(FindingsDocument))]
internal sealed partial class FindingsJson : JsonSerializerContext;
