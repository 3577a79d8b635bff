using System.Net.NetworkInformation;
using Stiefel.Linux.Network;
using Stiefel.Protocol.Boot;

namespace Stiefel.Cli.Configuration;

/// <summary>The schema: maps the file's keys, with their types, to the configuration.</summary>
/// <param name="directory">The directory at which relative paths start.</param>
internal sealed class ConfigurationReader(string directory)
{
    private static readonly string[] s_modules =
    [
        "base", "clevo-fancontrol", "debug", "i915", "lvm", "nbd", "r8152",
        "system-arch", "system-arch-dracut", "system-debian", "system-gentoo",
    ];

    private static readonly string[] s_loadKeys = ["kernel", "initrd", "cmdline"];

    private readonly List<string> _notes = [];

    public StiefelConfiguration Read(ConfigurationSection file)
    {
        var configuration = new StiefelConfiguration
        {
            Modules = ReadModules(file),
            Boot = ReadBoot(file.Section("boot")),
            Autokexec = ReadAutokexec(file.Section("autokexec")),
            ServerSetup = ReadServerSetup(file.Section("server-setup")),
            Link = ReadLink(file.Section("link")),
            Network = NetworkReader.Read(file.Section("network")),
            Initrd = ReadInitrd(file.Section("initrd")),
            Paths = ReadPaths(file.Section("paths")),
            ModuleConfigs = ReadModuleConfigs(file.Section("module-configs")),
        };
        file.Finish();
        return configuration with { Notes = _notes };
    }

    private HashSet<string> ReadModules(ConfigurationSection file)
    {
        var names = file.Texts("modules") ?? [];
        string? system = null;
        for (var index = 0; index < names.Count; index++)
        {
            var name = names[index];
            if (!s_modules.Contains(name))
            {
                file.ItemProblem("modules", index, $"no module is called `{name}`; expected one of {string.Join(", ", s_modules)}");
            }
            else if (name.StartsWith("system-", StringComparison.Ordinal) && system is not null)
            {
                file.ItemProblem("modules", index, $"`{system}` is chosen already; expected at most one system-* module (without any, the system is recognised)");
            }
            else if (name.StartsWith("system-", StringComparison.Ordinal))
            {
                system = name;
            }
        }

        if (names.Contains("clevo-fancontrol"))
        {
            _notes.Add("modules: clevo-fancontrol is not built into the ramdisk");
        }

        return [.. names];
    }

    private static BootConfiguration ReadBoot(ConfigurationSection boot)
    {
        var part = boot.Section("part");
        var load = boot.Section("load");
        var result = new BootConfiguration
        {
            Disk = boot.Text("disk"),
            Partition = ReadPartition(part),
            Load = ReadLoad(load),
        };

        load.Finish();
        part.Finish();
        boot.Finish();
        return result;
    }

    private static BootLoad? ReadLoad(ConfigurationSection load)
    {
        (var kernel, var initrd, var arguments) = (load.Text("kernel"), load.Text("initrd"), load.Texts("cmdline"));
        if (!load.Exists)
        {
            return null;
        }

        foreach (var key in s_loadKeys.Where(key => !load.Has(key) || (key == "cmdline" && arguments is { Count: 0 })))
        {
            load.Problem(key, "missing; boot.load needs all three of kernel, initrd and cmdline");
        }

        var commandLine = string.Join(' ', arguments ?? []);
        if (commandLine.Contains('"', StringComparison.Ordinal))
        {
            load.Problem("cmdline", "a double quote cannot be passed to the ramdisk on its kernel command line: use stiefelsystem.json in the boot directory instead");
        }

        return new BootLoad(kernel ?? "", initrd ?? "", commandLine);
    }

    private static BootPartition? ReadPartition(ConfigurationSection part)
    {
        var type = part.Text("type");
        var result = new BootPartition(part.Text("block"), part.Text("luks_block"));
        if (type is not null and not "plain" and not "luks")
        {
            part.Problem("type", $"expected plain or luks, found `{type}`");
        }
        else if (type == "luks" && result.LuksBlock is null)
        {
            part.Problem("luks_block", "missing; with `type: luks` this is the encrypted partition");
        }
        else if (type != "luks" && result.LuksBlock is not null)
        {
            part.Problem("luks_block", "only makes sense with `type: luks`");
        }

        return part.Exists ? result : null;
    }

    private static AutokexecConfiguration ReadAutokexec(ConfigurationSection autokexec)
    {
        var usual = new AutokexecConfiguration();
        var result = new AutokexecConfiguration
        {
            Broadcast = autokexec.Flag("broadcast") ?? true,
            MacDetection = autokexec.Flag("mac_detection") ?? false,
            Macs = ReadMacs(autokexec),
            Interfaces = autokexec.Texts("interfaces") ?? [],
            Internet = autokexec.Flag("internet") ?? false,
            GraceSeconds = autokexec.Number("grace", 0, AutokexecConfiguration.MostGraceSeconds) ?? usual.GraceSeconds,
            Leave = ReadLeave(autokexec),
            Power = ReadPower(autokexec),
        };
        if (result.MacDetection && result.Macs.Count == 0)
        {
            autokexec.Problem("mac_detection", "autokexec.macs names no card to wait for");
        }

        autokexec.Finish();
        return result;
    }

    private static List<MacAddress> ReadMacs(ConfigurationSection autokexec)
    {
        var texts = autokexec.Texts("macs") ?? [];
        var macs = new List<MacAddress>();
        for (var index = 0; index < texts.Count; index++)
        {
            // Accept colons and hyphens, as the old system did.
            if (PhysicalAddress.TryParse(texts[index], out var mac) && mac.GetAddressBytes() is { Length: MacAddress.Size } bytes)
            {
                macs.Add(MacAddress.FromBytes(bytes));
            }
            else
            {
                autokexec.ItemProblem("macs", index, $"expected a MAC address such as \"00:11:22:aa:bb:cc\", found `{texts[index]}`");
            }
        }

        return macs;
    }

    private static PowerDemand ReadPower(ConfigurationSection autokexec)
    {
        var text = autokexec.Text("power");
        var demand = text is null ? PowerDemand.Any : PowerDemand.Read(text);
        if (demand is null)
        {
            autokexec.Problem("power", $"expected any, ac, or the least charge of the batteries such as 30%, found `{text}`");
        }

        return demand ?? PowerDemand.Any;
    }

    private static LeavingWay ReadLeave(ConfigurationSection autokexec)
    {
        var text = autokexec.Text("leave");
        if (text is not (null or "auto" or "kexec" or "firmware"))
        {
            autokexec.Problem("leave", $"expected auto, kexec or firmware, found `{text}`");
        }

        return text switch { "firmware" => LeavingWay.Firmware, "kexec" => LeavingWay.Kexec, _ => LeavingWay.Auto };
    }

    private ServerSetupConfiguration ReadServerSetup(ConfigurationSection setup)
    {
        var usual = new ServerSetupConfiguration();
        var result = new ServerSetupConfiguration
        {
            Kernel = ReadPath(setup, "stiefelsystem-kernel") ?? usual.Kernel,
            Initrd = ReadPath(setup, "stiefelsystem-initrd") ?? usual.Initrd,
            CommandLine = setup.Texts("cmdline") ?? [],
        };
        setup.Finish();
        return result;
    }

    private static LinkConfiguration ReadLink(ConfigurationSection link)
    {
        var text = link.Text("protection");
        var protection = text is null ? null : LinkProtectionWords.Read(text);
        if (text is not null && protection is null)
        {
            link.Problem("protection", $"expected {LinkProtectionWords.Expected}, found `{text}`");
        }

        var known = protection ?? new LinkConfiguration().Protection;
        var mtu = link.NumberUnless("mtu", "auto", LinkConfiguration.LeastMtu(known), ushort.MaxValue);
        var internet = LinkInternetWords.Read(link.Word("internet", "auto", "yes", "no")) ?? LinkInternetWords.Usual;
        link.Finish();
        return new LinkConfiguration { Protection = known, Mtu = mtu, Internet = internet };
    }

    private InitrdConfiguration ReadInitrd(ConfigurationSection initrd)
    {
        var debian = initrd.Section("debian");
        var usual = new DebianConfiguration();
        var result = new InitrdConfiguration
        {
            IncludePackages = initrd.Texts("include-packages") ?? [],
            IncludeModules = initrd.Texts("include-modules") ?? [],
            IncludeFiles = ReadItems<IncludedFile>(initrd, "include-files", IncludedFile.Read),
            IncludeFirmware = initrd.Texts("include-firmware") ?? [],
            Drivers = ReadItems<ForeignDriver>(initrd, "drivers", ForeignDriver.Read),
            Shell = initrd.Text("shell"),
            Kernel = ReadKernel(initrd),
            Packing = ReadPacking(initrd.Section("packing")),
            Debian = new DebianConfiguration
            {
                Suite = debian.Text("suite"),
                Mirror = debian.Text("mirror"),
                Components = debian.Texts("components") ?? usual.Components,
                KernelPackage = debian.Text("kernel-package"),
            },
        };
        if (initrd.Text("password") is not null)
        {
            _notes.Add("initrd.password has no effect: the ramdisk has no login");
        }

        debian.Finish();
        initrd.Finish();
        return result;
    }

    private delegate T? ItemReader<T>(string text, string directory, out string problem);

    private List<T> ReadItems<T>(ConfigurationSection section, string key, ItemReader<T> read)
        where T : class
    {
        var items = new List<T>();
        foreach ((var index, var text) in (section.Texts(key) ?? []).Index())
        {
            if (read(text, directory, out var problem) is { } item)
            {
                items.Add(item);
            }
            else
            {
                section.ItemProblem(key, index, problem);
            }
        }

        return items;
    }

    private static RamdiskKernel ReadKernel(ConfigurationSection initrd)
    {
        var text = initrd.Text("kernel");
        if (text is not (null or "own" or "debian"))
        {
            initrd.Problem("kernel", $"expected own or debian, found `{text}`");
        }

        return text == "debian" ? RamdiskKernel.Debian : RamdiskKernel.Own;
    }

    private static PackingConfiguration ReadPacking(ConfigurationSection packing)
    {
        var usual = new PackingConfiguration();
        var result = new PackingConfiguration
        {
            Compression = ReadCompression(packing, "compressor") ?? usual.Compression,
            ExcludePaths = packing.Texts("exclude-paths") ?? usual.ExcludePaths,
            ExcludePackages = packing.Texts("exclude-packages") ?? usual.ExcludePackages,
            SizeLimit = packing.Number("size-limit", 1, 4095) ?? usual.SizeLimit,
        };
        packing.Finish();
        return result;
    }

    private PathConfiguration ReadPaths(ConfigurationSection paths)
    {
        var below = paths.Section("workdir-subpaths");
        var usual = new PathConfiguration();
        var result = new PathConfiguration
        {
            Cache = ReadPath(paths, "cache") ?? usual.Cache,
            Work = ReadPath(paths, "workdir"),
            InitrdDirectory = below.Text("initrd") ?? usual.InitrdDirectory,
        };
        foreach (var old in (string[])["cpio", "initrd-devel"])
        {
            if (below.Text(old) is not null)
            {
                _notes.Add($"paths.workdir-subpaths.{old} has no effect: Stiefel no longer writes such files");
            }
        }

        below.Finish();
        paths.Finish();
        return result;
    }

    private ModuleConfigurations ReadModuleConfigs(ConfigurationSection modules)
    {
        var debug = modules.Section("debug");
        var usual = new DebugConfiguration();
        var result = new DebugConfiguration
        {
            Shell = debug.Text("better-shell"),
            KeepExcludedPackages = debug.Flag("dont-exclude-packages") ?? false,
            KeepExcludedPaths = debug.Flag("dont-exclude-paths") ?? false,
            Compression = ReadCompression(debug, "faster-compressor") ?? usual.Compression,
            ExtraPackages = debug.Texts("extra-packages") ?? [],
        };
        debug.Finish();
        foreach (var driver in (string[])["r8152", "clevo-fancontrol"])
        {
            var section = modules.Section(driver);
            if (section.Text("url") is not null)
            {
                _notes.Add($"module-configs.{driver}.url has no effect without a SHA-256: name both in initrd.drivers to have it built (the kernel has its own r8152)");
            }

            section.Finish();
        }

        modules.Finish();
        return new ModuleConfigurations { Debug = result };
    }

    private static Compression? ReadCompression(ConfigurationSection section, string key)
    {
        if (section.Text(key) is not { } text)
        {
            return null;
        }

        if (!Compression.TryParse(text, out var compression))
        {
            section.Problem(key, $"expected {Compression.Expected}; found `{text}`");
        }

        return compression;
    }

    private string? ReadPath(ConfigurationSection section, string key)
        => section.Text(key) is { } path ? Path.GetFullPath(path, directory) : null;
}
