using System.Globalization;
using System.Text;
using System.Text.Json;
using Stiefel.CommandLine;
using Stiefel.Protocol.Control;
using Stiefel.Protocol.Text;

namespace Stiefel.Cli.Status;

/// <summary>The status document as text for people.</summary>
internal static class StatusText
{
    /// <exception cref="JsonException">The text is not a status document.</exception>
    public static string Of(string json)
    {
        var status = ControlDocuments.ReadStatus(json);
        var text = new StringBuilder();
        text.AppendLine($"laptop   {PrintableText.Of(status.Laptop)}, stiefel-server {PrintableText.Of(status.Version)} since {Time(status.StartedAt)}");
        AddDisk(text, status.Disk);
        AddLink(text, status.Link);
        AddBoot(text, status.Boot);
        AddReturn(text, status.Return);
        foreach (var session in status.Sessions)
        {
            text.AppendLine($"session  {PrintableText.Of(session.Id)}  key {PrintableText.Of(session.Key)}  at {PrintableText.Of(session.Machine)}  since {Time(session.Since)}");
        }

        foreach (var connection in status.Connections)
        {
            text.AppendLine($"disk use {PrintableText.Of(connection.Remote)}  {PrintableText.Of(connection.Export)}  read {DataSize.Megabytes(connection.BytesRead)}  written {DataSize.Megabytes(connection.BytesWritten)}");
        }

        foreach (var machine in status.Machines)
        {
            text.AppendLine($"machine  {PrintableText.Of(machine.Address)}  {PrintableText.Of(machine.Stage)}: {PrintableText.Of(machine.Events is [.., var last] ? last.Text : "")}");
        }

        return text.ToString();
    }

    private static void AddDisk(StringBuilder text, DiskStatus disk)
    {
        text.Append($"disk     {PrintableText.Of(disk.Path)}, {PrintableText.Of(disk.State.Word)}{(disk.ReadOnly ? ", read-only" : "")}");
        text.AppendLine(disk.HeldBy is { } session ? $", held by session {PrintableText.Of(session)} since {(disk.HeldSince is { } since ? Time(since) : "?")}" : "");
    }

    private static void AddLink(StringBuilder text, LinkStatus? link)
    {
        if (link is not null)
        {
            text.AppendLine($"link     protection {PrintableText.Of(link.Protection)}{(link.Warning is { } warning ? $"; WARNING: {PrintableText.Of(warning)}" : "")}");
        }
    }

    private static void AddBoot(StringBuilder text, BootStatus? boot)
    {
        if (boot?.Title is { } title)
        {
            text.AppendLine($"boots    {PrintableText.Of(title)}, kernel {DataSize.Megabytes(boot.KernelBytes)}, initrd {DataSize.Megabytes(boot.InitrdBytes)}");
        }

        foreach ((var word, var line) in boot is null ? [] : Details(boot))
        {
            text.AppendLine($"{word,-8} {PrintableText.Of(line)}");
        }

        if (boot?.Problem is { } problem)
        {
            text.AppendLine($"problem  {PrintableText.Of(problem)}");
        }
    }

    private static IEnumerable<(string Word, string Line)> Details(BootStatus boot) =>
    [
        .. boot.Decided is { Length: > 0 } decided ? [("by", decided)] : Array.Empty<(string, string)>(),
        .. boot.Others.Select(other => ("or", other)),
        .. boot.PassedOver.Select(line => ("not", line)),
        .. boot.OtherSystems.Select(system => ("also on", $"the disk, and not offered: {system}")),
        .. boot.Notes.Select(note => ("note", note)),
    ];

    private static void AddReturn(StringBuilder text, ReturnStatus? home)
    {
        if (home is { Leaving: { } leaving })
        {
            text.AppendLine($"leaves   {PrintableText.Of(leaving.Action)} since {Time(leaving.Since)}: {PrintableText.Of(leaving.Because)}");
        }
        else if (home is not null)
        {
            text.AppendLine($"return   on a clean end: {PrintableText.Of(home.OnCleanEnd)}{(home.Held is { } held ? $"; WARNING: not by itself, since {PrintableText.Of(held)}" : "")}");
        }
    }

    private static string Time(DateTimeOffset at) => at.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
