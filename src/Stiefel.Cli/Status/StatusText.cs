using System.Globalization;
using System.Text;
using System.Text.Json;
using Stiefel.CommandLine;
using Stiefel.Protocol.Text;

namespace Stiefel.Cli.Status;

/// <summary>The status document as a person reads it.</summary>
internal static class StatusText
{
    /// <exception cref="JsonException">Not a status.</exception>
    public static string Of(string json)
    {
        using var document = JsonDocument.Parse(json);
        JsonElement root = document.RootElement;
        var text = new StringBuilder();
        text.AppendLine($"laptop   {Text(root, "laptop")}, stiefel-server {Text(root, "version")} since {Time(root, "startedAt")}");
        AddDisk(text, root.GetProperty("disk"));
        AddLink(text, root);
        AddBoot(text, root.GetProperty("boot"));
        foreach (JsonElement session in root.GetProperty("sessions").EnumerateArray())
        {
            text.AppendLine($"session  {Text(session, "id")}  key {Text(session, "key")}  at {Text(session, "machine")}  since {Time(session, "since")}");
        }

        foreach (JsonElement connection in root.GetProperty("connections").EnumerateArray())
        {
            text.AppendLine($"disk use {Text(connection, "remote")}  {Text(connection, "export")}  read {MegaBytes(connection, "bytesRead")}  written {MegaBytes(connection, "bytesWritten")}");
        }

        foreach (JsonElement machine in root.GetProperty("machines").EnumerateArray())
        {
            JsonElement last = machine.GetProperty("events").EnumerateArray().LastOrDefault();
            text.AppendLine($"machine  {Text(machine, "address")}  {Text(machine, "stage")}: {(last.ValueKind == JsonValueKind.Object ? Text(last, "text") : "")}");
        }

        return text.ToString();
    }

    private static void AddDisk(StringBuilder text, JsonElement disk)
    {
        text.Append($"disk     {Text(disk, "path")}, {Text(disk, "state")}{(disk.GetProperty("readOnly").GetBoolean() ? ", read-only" : "")}");
        text.AppendLine(disk.GetProperty("heldBy").ValueKind == JsonValueKind.String ? $", held by session {Text(disk, "heldBy")} since {Time(disk, "heldSince")}" : "");
    }

    // A server from before this was told has none.
    private static void AddLink(StringBuilder text, JsonElement root)
    {
        if (root.TryGetProperty("link", out JsonElement link) && link.ValueKind == JsonValueKind.Object)
        {
            string warning = link.GetProperty("warning").ValueKind == JsonValueKind.String ? $"; WARNING: {Text(link, "warning")}" : "";
            text.AppendLine($"link     protection {Text(link, "protection")}{warning}");
        }
    }

    private static void AddBoot(StringBuilder text, JsonElement boot)
    {
        if (boot.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        if (boot.GetProperty("title").ValueKind == JsonValueKind.String)
        {
            text.AppendLine($"boots    {Text(boot, "title")}, kernel {MegaBytes(boot, "kernelBytes")}, initrd {MegaBytes(boot, "initrdBytes")}");
        }

        if (boot.GetProperty("problem").ValueKind == JsonValueKind.String)
        {
            text.AppendLine($"problem  {Text(boot, "problem")}");
        }
    }

    // A server's words, in which there may be a desktop's.
    internal static string Text(JsonElement of, string name) => PrintableText.Of(of.GetProperty(name).GetString() ?? "");

    private static string Time(JsonElement of, string name) =>
        of.GetProperty(name).TryGetDateTimeOffset(out DateTimeOffset at) ? at.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) : "?";

    private static string MegaBytes(JsonElement of, string name) => DataSize.Megabytes(of.GetProperty(name).GetInt64());
}
