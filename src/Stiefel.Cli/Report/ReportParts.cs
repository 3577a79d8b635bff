using System.Reflection;
using System.Runtime.InteropServices;
using Stiefel.Cli.Control;
using Stiefel.Cli.Doctor;
using Stiefel.Cli.Keys;
using Stiefel.Cli.Laptop;
using Stiefel.Cli.Setup;

namespace Stiefel.Cli.Report;

/// <summary>Lists the parts of a report.</summary>
internal static class ReportParts
{
    private static readonly string[] s_routes = ["status", "sessions", "exports", "power", "network", "load", "config", "boot", "keys"];

    /// <summary>The parts about this machine, laptop or desktop.</summary>
    public static IEnumerable<ReportPart> OfThisMachine(string configuration, KeyDirectory keys) =>
    [
        new("about.txt", _ => Task.FromResult(About())),
        ReportPart.OfFile("command-line.txt", "/proc/cmdline"),
        ReportPart.OfFile("os-release.txt", "/etc/os-release"),
        ReportPart.OfFile("config.yaml", configuration),
        ReportPart.OfFile("setup.json", SetupJournal.Path),
        ReportPart.OfFile("ramdisk.json", $"{Configuration.ServerSetupConfiguration.DefaultDirectory}/manifest.json"),
        new("doctor.json", _ => Task.FromResult(Findings())),
        new("key-names.txt", _ => Task.FromResult(string.Concat(keys.List().Select(name => name + "\n")))),
        ReportPart.Of("autokexec.log", "journalctl", "--no-pager", "--output=short-iso", "--lines=2000", "--unit=stiefel-autokexec"),
        ReportPart.Of("kernel.log", "dmesg"),
        ReportPart.Of("disks.txt", "lsblk", "--output", "NAME,TYPE,SIZE,RO,RM,TRAN,MODEL,FSTYPE,PTTYPE,PARTTYPENAME,MOUNTPOINTS"),
        ReportPart.Of("mounts.txt", "findmnt", "--real"),
        ReportPart.Of("links.txt", "ip", "-details", "-statistics", "link"),
        ReportPart.Of("addresses.txt", "ip", "address"),
        ReportPart.Of("routes.txt", "ip", "route", "show", "table", "all"),
        ReportPart.Of("tunnels.txt", "ip", "-details", "link", "show", "type", "wireguard"),
        ReportPart.Of("modules.txt", "lsmod"),
        ReportPart.Of("firmware-entries.txt", "efibootmgr", "-v"),
    ];

    /// <summary>The parts that a server tells about itself; it masks secrets itself.</summary>
    public static IEnumerable<ReportPart> OfServer(ControlPlane plane) =>
        s_routes.Select(route => new ReportPart($"server/{route}.json", async token => await plane.GetAsync($"/api/v1/{route}", token) + "\n"));

    private static string About() => $"""
        stiefel {Assembly.GetExecutingAssembly().GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion}
        {RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}
        {DateTimeOffset.Now:yyyy-MM-dd HH:mm:ss zzz}, up for {TimeSpan.FromMilliseconds(Environment.TickCount64):d\.hh\:mm\:ss}

        """;

    private static string Findings()
    {
        using var tree = new LaptopTree("/");
        return FindingsDocument.Of(Diagnosis.Of(new LaptopFacts(tree))) + "\n";
    }
}
