using System.Text;
using Stiefel.Protocol.Text;

namespace Stiefel.Cli.Doctor;

/// <summary>Findings as text for people, the worst first, with what to do about each.</summary>
internal static class FindingsText
{
    private const string Reset = "\u001b[0m";

    private static readonly (Grade Grade, string Title, string Mark, string Color)[] s_groups =
    [
        (Grade.Stop, "Would stop it", "✗", "\u001b[31m"),
        (Grade.Note, "Worth knowing", "!", "\u001b[33m"),
        (Grade.Fine, "Fine", "✓", "\u001b[32m"),
    ];

    /// <summary>The whole text.</summary>
    /// <param name="diagnosis">The findings.</param>
    /// <param name="colored">True to use a terminal's colours.</param>
    public static string Of(Diagnosis diagnosis, bool colored)
    {
        var text = new StringBuilder();
        foreach (var (grade, title, mark, color) in s_groups)
        {
            var findings = diagnosis.Findings.Where(finding => finding.Grade == grade).ToList();
            if (findings.Count == 0)
            {
                continue;
            }

            text.AppendLine(title);
            foreach (var finding in findings)
            {
                // Remove control characters: anybody may have chosen the names on a disk.
                text.AppendLine($"  {(colored ? color : "")}{mark}{(colored ? Reset : "")} {PrintableText.OneLine(finding.Text)}  [{finding.Id}]");
                if (finding.Remedy.Length > 0)
                {
                    text.AppendLine($"      → {PrintableText.OneLine(finding.Remedy)}");
                }
            }

            text.AppendLine();
        }

        return text.AppendLine(Summary(diagnosis)).ToString();
    }

    private static string Summary(Diagnosis diagnosis)
    {
        var stops = diagnosis.Findings.Count(finding => finding.Grade == Grade.Stop);
        return stops switch
        {
            0 => "Nothing was found that would keep this disk from being served.",
            1 => "One thing would keep this disk from being served.",
            _ => $"{stops} things would keep this disk from being served.",
        };
    }
}
