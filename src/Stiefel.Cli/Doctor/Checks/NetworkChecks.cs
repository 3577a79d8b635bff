using Stiefel.Cli.Laptop;

namespace Stiefel.Cli.Doctor.Checks;

/// <summary>Checks whether the network cards are fit to serve a disk.</summary>
internal static class NetworkChecks
{
    public static IEnumerable<Finding> Of(Patient patient)
    {
        if (!patient.Laptop.IsRunning)
        {
            yield break;
        }

        if (patient.Laptop.Cards.Count == 0)
        {
            yield return Finding.Note("nic-none", "there is no wired network card at the moment", "plug in a USB adapter (2.5 Gbit/s, Realtek RTL8156, costs little), or use a Thunderbolt cable; wireless cannot carry the disk");
        }

        foreach (var card in patient.Laptop.Cards)
        {
            foreach (var finding in OfCard(card))
            {
                yield return finding;
            }
        }

        foreach (var place in NetworkCard.WithoutDriver(patient.Tree))
        {
            yield return Finding.Note("nic-without-driver", $"the network card at {place} has no driver in this kernel", "install the driver's package or firmware (dmesg tells which); the ramdisk has its own drivers, and may support the card");
        }
    }

    private static IEnumerable<Finding> OfCard(NetworkCard card)
    {
        var hardware = card.Hardware;
        if (hardware.IsHalfDuplex)
        {
            yield return Finding.Note("nic-half-duplex", $"{card.Name} runs half duplex: one end is set to a fixed speed", "set both to negotiate: ethtool -s " + card.Name + " autoneg on");
        }

        if (hardware.IsSlow)
        {
            yield return Finding.Note("nic-slow", $"{card.Name} runs at {hardware.SpeedMbit} Mbit/s, which is slow for a disk", "use another cable, or a faster port or adapter, at the slower end");
        }
        else if (hardware.IsInSlowPort)
        {
            yield return Finding.Note("nic-usb2", $"{card.Name} is in a USB port that carries {hardware.UsbMbit} Mbit/s", "plug it into a USB 3 port");
        }

        yield return Finding.Fine("nic", $"{card.Name}: driver {hardware.Driver ?? "unknown"}, {(hardware.SpeedMbit is { } speed ? $"{speed} Mbit/s{(hardware.Duplex is { } duplex ? $" {duplex} duplex" : "")}" : "no cable at the moment")}{(hardware.UsbMbit is { } usb ? $", USB at {usb} Mbit/s" : "")}");
    }
}
