using System.Globalization;
using System.Text;
using System.Text.Json;
using Stiefel.Protocol.Control;

namespace Stiefel.Cli.Status;

/// <summary>The status document as a person reads it.</summary>
internal static class StatusText
{
    private const double Mega = 1e6;

    /// <exception cref="JsonException">Not a status.</exception>
    public static string Of(string json)
    {
        StatusDocument status = ControlDocuments.ReadStatus(json);
        var text = new StringBuilder();
        text.AppendLine($"laptop   {Printable(status.Laptop)}, stiefel-server {Printable(status.Version)} since {Time(status.StartedAt)}");
        AddDisk(text, status.Disk);
        AddLink(text, status.Link);
        AddBoot(text, status.Boot);
        foreach (SessionStatus session in status.Sessions)
        {
            text.AppendLine($"session  {Printable(session.Id)}  key {Printable(session.Key)}  at {Printable(session.Machine)}  since {Time(session.Since)}");
        }

        foreach (ConnectionStatus connection in status.Connections)
        {
            text.AppendLine($"disk use {Printable(connection.Remote)}  {Printable(connection.Export)}  read {MegaBytes(connection.BytesRead)}  written {MegaBytes(connection.BytesWritten)}");
        }

        foreach (MachineStatus machine in status.Machines)
        {
            text.AppendLine($"machine  {Printable(machine.Address)}  {Printable(machine.Stage)}: {Printable(machine.Events is [.., var last] ? last.Text : "")}");
        }

        return text.ToString();
    }

    private static void AddDisk(StringBuilder text, DiskStatus disk)
    {
        text.Append($"disk     {Printable(disk.Path)}, {Printable(disk.State.Word)}{(disk.ReadOnly ? ", read-only" : "")}");
        text.AppendLine(disk.HeldBy is { } session ? $", held by session {Printable(session)} since {(disk.HeldSince is { } since ? Time(since) : "?")}" : "");
    }

    private static void AddLink(StringBuilder text, LinkStatus? link)
    {
        if (link is not null)
        {
            text.AppendLine($"link     protection {Printable(link.Protection)}{(link.Warning is { } warning ? $"; WARNING: {Printable(warning)}" : "")}");
        }
    }

    private static void AddBoot(StringBuilder text, BootStatus? boot)
    {
        if (boot?.Title is { } title)
        {
            text.AppendLine($"boots    {Printable(title)}, kernel {MegaBytes(boot.KernelBytes)}, initrd {MegaBytes(boot.InitrdBytes)}");
        }

        if (boot?.Problem is { } problem)
        {
            text.AppendLine($"problem  {Printable(problem)}");
        }
    }

    /// <summary>A server's words, in which there may be a desktop's: they must not be able to draw on the owner's terminal.</summary>
    internal static string Printable(string text) => string.Concat(text.Select(c => char.IsControl(c) ? '?' : c));

    private static string Time(DateTimeOffset at) => at.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    private static string MegaBytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / Mega:0.0} MB");
}
