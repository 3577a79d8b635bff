using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Stiefel.Cli.Doctor;

/// <summary>Findings for programs.</summary>
/// <param name="WouldWork">Nothing stops it.</param>
/// <param name="Root">The tree that was looked at.</param>
/// <param name="Findings">The worst first.</param>
internal sealed record FindingsDocument(bool WouldWork, string Root, IReadOnlyList<FindingEntry> Findings)
{
    private static readonly FindingsJson s_json = new(new JsonSerializerOptions
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, PropertyNamingPolicy = JsonNamingPolicy.CamelCase, WriteIndented = true,
    });

    /// <summary>As JSON.</summary>
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

/// <param name="Id">The same in each version.</param>
/// <param name="Grade">`stop`, `note`, `fine`.</param>
/// <param name="Text">What was seen.</param>
/// <param name="Remedy">What to do; null for nothing.</param>
internal sealed record FindingEntry(string Id, string Grade, string Text, string? Remedy);

[JsonSerializable(typeof(FindingsDocument))]
internal sealed partial class FindingsJson : JsonSerializerContext;
